use super::*;

const OPEN: Terms = Terms { locks: false, codecs: &Codec::ALL };
const LOCKED: Terms = Terms { locks: true, ..OPEN };

fn ours() -> Ours {
    Ours::new("192.0.2.7:4000".parse().unwrap(), OPEN)
}

#[test]
fn an_offer_is_understood_by_ourselves() {
    let theirs = Theirs::read(&ours().offer(Direction::HOLDING), OPEN).unwrap();
    assert_eq!(theirs.address, "192.0.2.7:4000".parse().unwrap());
    let keys = Some(Keys { number: 110, clock: 48_000 });
    let heard_keys = [keys, Some(Keys { number: 101, clock: 8_000 })];
    let format =
        Format { codec: Codec::Opus, number: 111, heard: 111, copies: true, keys, heard_keys, locked: None };
    assert_eq!(theirs.format(&ours()), format);
    assert_eq!(theirs.direction, Direction::HOLDING);
}

#[test]
fn an_answer_takes_their_numbers_and_refuses_what_is_not_sound() {
    let offer = Theirs::read(
        b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n\
          m=video 5000 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n\
          m=audio 6000 RTP/AVP 18 0 96\r\nc=IN IP4 192.0.2.2\r\na=rtpmap:96 telephone-event/8000\r\na=sendonly\r\n",
        OPEN,
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
    let mut caller = Ours::new("192.0.2.1:4000".parse().unwrap(), LOCKED);
    let mut called = ours();
    let offer = Theirs::read(&caller.offer(Direction::BOTH), LOCKED).unwrap();
    let answer = Theirs::read(&called.answer(&offer, Direction::BOTH), LOCKED).unwrap();
    let (here, there) = (offer.format(&called).locked.unwrap(), answer.format(&caller).locked.unwrap());
    assert_eq!((&here.ours, &here.theirs), (&there.theirs, &there.ours));
    assert!(Theirs::read(&ours().offer(Direction::BOTH), LOCKED).is_err(), "open");
    let text = String::from_utf8(caller.offer(Direction::BOTH)).unwrap();
    let without = text.replace(SUITE, "F8_128_HMAC_SHA1_80");
    assert!(Theirs::read(without.as_bytes(), OPEN).is_err(), "a lock that is not known");
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
    let theirs = Theirs::read(old, OPEN).unwrap();
    assert!(!theirs.direction.listens && !theirs.direction.speaks);
}

#[test]
fn what_cannot_be_spoken_is_refused() {
    for body in [
        &b""[..],
        b"v=0\r\n",
        b"v=0\r\no=- 1 1 IN IP4 h\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 6000 RTP/AVP 18\r\n",
        b"v=0\r\no=- 1 1 IN IP4 h\r\ns=-\r\nt=0 0\r\nm=audio 6000 RTP/AVP 8\r\n",
        b"v=0\r\nno line\r\nt=0 0\r\n",
    ] {
        assert!(matches!(Theirs::read(body, OPEN), Err(Trouble::NothingInCommon)));
    }
}

const THEIRS: &str = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n";

#[test]
fn numbers_mean_the_same_as_long_as_a_call_lasts() {
    let offer = format!(
        "{THEIRS}m=audio 6000 RTP/AVP 8 96 111\r\na=rtpmap:96 OPUS/48000/2\r\na=rtpmap:111 telephone-event/8000\r\n"
    );
    let offer = Theirs::read(offer.as_bytes(), OPEN).unwrap();
    let mut ours = ours();
    let answer = String::from_utf8(ours.answer(&offer, Direction::BOTH)).unwrap();
    assert!(answer.contains("m=audio 4000 RTP/AVP 96 111\r\na=rtpmap:96 opus/48000/2\r\n"), "{answer}");
    let format = offer.format(&ours);
    assert_eq!(
        (format.codec, format.number, format.copies),
        (Codec::Opus, 96, false),
        "no copies were asked for"
    );
    assert_eq!(format.keys, Some(Keys { number: 111, clock: 8_000 }), "better than none");
    let again = String::from_utf8(ours.offer(Direction::BOTH)).unwrap();
    assert!(again.contains("RTP/AVP 96 8 0 110 111\r\n"), "{again}");
    // Somebody who answers with numbers of their own gets theirs, and sends ours.
    let (mut ours, answer) =
        (self::ours(), format!("{THEIRS}m=audio 6000 RTP/AVP 98\r\na=rtpmap:98 opus/48000/2\r\n"));
    ours.offer(Direction::BOTH);
    let format = Theirs::read(answer.as_bytes(), OPEN).unwrap().format(&ours);
    assert_eq!((format.number, format.heard, format.keys), (98, 111, None));
}

#[test]
fn who_has_no_opus_gets_the_telephones_own() {
    for (numbers, codec) in [("0 8 101", Codec::Pcma), ("0", Codec::Pcmu), ("111 0", Codec::Pcmu)] {
        let offer =
            format!("{THEIRS}m=audio 6000 RTP/AVP {numbers}\r\na=rtpmap:101 telephone-event/8000\r\n");
        let offer = Theirs::read(offer.as_bytes(), OPEN).unwrap();
        assert_eq!(offer.format(&ours()).codec, codec);
        let answer = String::from_utf8(ours().answer(&offer, Direction::BOTH)).unwrap();
        assert!(!answer.contains("opus"), "{answer}");
    }
}

#[test]
fn who_does_not_want_opus_neither_offers_nor_takes_it() {
    let plain = Terms { codecs: Codec::TELEPHONES, ..OPEN };
    let offer = ours().offer(Direction::BOTH);
    assert_eq!(Theirs::read(&offer, plain).unwrap().format(&ours()).codec, Codec::Pcma);
    let offer = Ours::new("192.0.2.7:4000".parse().unwrap(), plain).offer(Direction::BOTH);
    assert!(!String::from_utf8(offer).unwrap().contains("opus"));
    let only = format!("{THEIRS}m=audio 6000 RTP/AVP 96\r\na=rtpmap:96 opus/48000/2\r\n");
    assert!(Theirs::read(only.as_bytes(), plain).is_err());
}
