use super::*;

fn ours() -> Ours {
    Ours::new("192.0.2.7:4000".parse().unwrap(), false)
}

#[test]
fn an_offer_is_understood_by_ourselves() {
    let theirs = Theirs::read(&ours().offer(Direction::HOLDING), false).unwrap();
    assert_eq!(theirs.address, "192.0.2.7:4000".parse().unwrap());
    assert_eq!(theirs.format(&ours()), Format { codec: Codec::Pcma, keys: Some(KEYS), locked: None });
    assert_eq!(theirs.direction, Direction::HOLDING);
}

#[test]
fn an_answer_takes_their_numbers_and_refuses_what_is_not_sound() {
    let offer = Theirs::read(
        b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n\
          m=video 5000 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n\
          m=audio 6000 RTP/AVP 18 0 96\r\nc=IN IP4 192.0.2.2\r\na=rtpmap:96 telephone-event/8000\r\na=sendonly\r\n",
        false,
    )
    .unwrap();
    assert_eq!(offer.address, "192.0.2.2:6000".parse().unwrap());
    let direction = offer.direction.answer(Direction::BOTH);
    let answer = String::from_utf8(ours().answer(&offer, direction)).unwrap();
    assert!(answer.contains("m=video 0 RTP/AVP 96\r\nm=audio 4000 RTP/AVP 0 96\r\n"), "{answer}");
    assert!(answer.contains("a=rtpmap:96 telephone-event/8000\r\n") && answer.contains("a=recvonly\r\n"));
}

#[test]
fn keys_are_exchanged_and_what_is_open_can_be_refused() {
    let mut caller = Ours::new("192.0.2.1:4000".parse().unwrap(), true);
    let mut called = ours();
    let offer = Theirs::read(&caller.offer(Direction::BOTH), true).unwrap();
    let answer = Theirs::read(&called.answer(&offer, Direction::BOTH), true).unwrap();
    let (here, there) = (offer.format(&called).locked.unwrap(), answer.format(&caller).locked.unwrap());
    assert_eq!((&here.ours, &here.theirs), (&there.theirs, &there.ours));
    assert!(Theirs::read(&ours().offer(Direction::BOTH), true).is_err(), "open");
    let text = String::from_utf8(caller.offer(Direction::BOTH)).unwrap();
    let without = text.replace(SUITE, "F8_128_HMAC_SHA1_80");
    assert!(Theirs::read(without.as_bytes(), false).is_err(), "a lock that is not known");
}

#[test]
fn each_version_is_newer() {
    let mut ours = ours();
    let version = |text: Vec<u8>| Session::parse(&text).unwrap().origin.sess_version;
    assert!(version(ours.offer(Direction::BOTH)) < version(ours.offer(Direction::HOLDING)));
}

#[test]
fn the_old_way_to_hold_is_understood() {
    let old =
        b"v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\nm=audio 6000 RTP/AVP 8\r\n";
    let theirs = Theirs::read(old, false).unwrap();
    assert!(!theirs.direction.listens && !theirs.direction.speaks);
}

#[test]
fn what_cannot_be_spoken_is_refused() {
    for body in [
        &b""[..],
        b"v=0\r\n",
        b"v=0\r\no=- 1 1 IN IP4 h\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 6000 RTP/AVP 18\r\n",
        b"v=0\r\no=- 1 1 IN IP4 h\r\ns=-\r\nt=0 0\r\nm=audio 6000 RTP/AVP 8\r\n",
    ] {
        assert!(matches!(Theirs::read(body, false), Err(Trouble::NothingInCommon)));
    }
}
