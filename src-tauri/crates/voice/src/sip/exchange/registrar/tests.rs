use super::*;

const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
const NOW: Duration = Duration::from_secs(1_000);

fn registrar() -> Registrar {
    let mut registrar = Registrar::new("desk".into());
    registrar.admit("1001", "secret".into());
    registrar
}

fn place(until: u64) -> Place {
    let contact = Uri::try_from("sip:1001@192.0.2.1:5062").unwrap();
    let at = SipAddr { r#type: None, addr: contact.host_with_port.clone() };
    Place { contact, at, until: Duration::from_secs(until) }
}

/// What a telephone answers to a question.
fn answer(question: &str, user: &str, password: &str) -> String {
    let uri = Uri::try_from("sip:desk").unwrap();
    let together = AuthQop::Auth { cnonce: "c".into(), nc: 1 };
    let response = DigestGenerator {
        username: user,
        password,
        nonce: question,
        uri: &uri,
        realm: "desk",
        method: &Method::Register,
        qop: Some(&together),
        algorithm: Algorithm::Md5,
    }
    .compute();
    format!(
        "Digest username=\"{user}\", realm=\"desk\", nonce=\"{question}\", uri=\"{uri}\", response=\"{response}\", \
         qop=auth, nc=00000001, cnonce=\"c\""
    )
}

fn asked(registrar: &mut Registrar, user: &str) -> String {
    match registrar.prove(user, HERE, &Method::Register, None, NOW) {
        Proof::Missing { question, stale: false } => question,
        other => panic!("{other:?}"),
    }
}

fn tries(registrar: &mut Registrar, user: &str, password: &str) -> Proof {
    let question = asked(registrar, user);
    registrar.prove(user, HERE, &Method::Register, Some(&answer(&question, user, password)), NOW)
}

#[test]
fn the_password_is_proven_and_no_other() {
    let mut registrar = registrar();
    assert_eq!(tries(&mut registrar, "1001", "secret"), Proof::Proven);
    assert_eq!(tries(&mut registrar, "1001", "guessed"), Proof::Wrong);
    assert_eq!(tries(&mut registrar, "1002", "secret"), Proof::Wrong, "there is no such line");
    let question = asked(&mut registrar, "1001");
    let of_another = answer(&question, "1001", "secret").replace("username=\"1001\"", "username=\"1002\"");
    assert_eq!(registrar.prove("1001", HERE, &Method::Register, Some(&of_another), NOW), Proof::Wrong);
    let signed = answer(&question, "1001", "secret");
    assert_eq!(registrar.prove("1001", HERE, &Method::Invite, Some(&signed), NOW), Proof::Wrong);
}

#[test]
fn nobody_can_say_again_what_they_overheard() {
    let mut registrar = registrar();
    let question = asked(&mut registrar, "1001");
    let said = answer(&question, "1001", "secret");
    let mut says = || registrar.prove("1001", HERE, &Method::Register, Some(&said), NOW);
    assert_eq!(says(), Proof::Proven);
    assert!(matches!(says(), Proof::Missing { stale: true, .. }), "it is asked anew");
}

#[test]
fn who_guesses_too_often_is_not_listened_to_for_a_while() {
    let mut registrar = registrar();
    for _ in 0..WRONG {
        assert_eq!(tries(&mut registrar, "1001", "guessed"), Proof::Wrong);
    }
    assert_eq!(registrar.prove("1001", HERE, &Method::Register, None, NOW), Proof::Wrong);
    let elsewhere = "192.0.2.9".parse().unwrap();
    let asks = registrar.prove("1001", elsewhere, &Method::Register, None, NOW);
    assert!(matches!(asks, Proof::Missing { .. }), "nobody is locked out by somebody else: {asks:?}");
    let later = registrar.prove("1001", HERE, &Method::Register, None, NOW + LOCKED);
    assert!(matches!(later, Proof::Missing { .. }), "{later:?}");
}

#[test]
fn the_newest_place_is_the_one_until_its_time_is_over() {
    let mut registrar = registrar();
    assert!(registrar.settle("1001", place(1_010)));
    assert!(!registrar.settle("1001", place(1_020)), "they were there before");
    assert_eq!(registrar.next(), Some(Duration::from_secs(1_020)));
    assert!(registrar.expire(Duration::from_secs(1_019)).is_empty());
    assert_eq!(registrar.expire(Duration::from_secs(1_020)), ["1001"]);
    assert!(registrar.place("1001", NOW).is_none());
    assert!(!registrar.settle("1002", place(1_010)), "there is no such line");
}

#[test]
fn an_old_telephone_that_is_switched_off_does_not_switch_off_the_new_one() {
    let mut registrar = registrar();
    registrar.settle("1001", place(1_010));
    let old = Uri::try_from("sip:1001@192.0.2.7:5062").unwrap();
    assert!(!registrar.leave("1001", Some(&old)));
    assert!(registrar.leave("1001", Some(&place(0).contact)));
    registrar.settle("1001", place(1_010));
    assert!(registrar.leave("1001", None), "wherever they were");
}

#[test]
fn another_password_ends_what_the_old_one_began() {
    let mut registrar = registrar();
    registrar.settle("1001", place(1_010));
    assert!(!registrar.admit("1001", "secret".into()));
    assert!(registrar.place("1001", NOW).is_some(), "the same password changes nothing");
    assert!(registrar.admit("1001", "new".into()));
    assert!(registrar.place("1001", NOW).is_none());
    registrar.settle("1001", place(1_010));
    assert!(registrar.dismiss("1001"));
    assert!(!registrar.dismiss("1001"));
}

#[test]
fn nonsense_proves_nothing() {
    let mut registrar = registrar();
    for nonsense in ["", "Digest", "Digest username", "Basic a=b", "Digest nonce=\"", "Digest qop=auth,nc=zz"]
    {
        let proof = registrar.prove("1001", HERE, &Method::Register, Some(nonsense), NOW);
        assert!(matches!(proof, Proof::Missing { .. }), "{nonsense:?}");
    }
}
