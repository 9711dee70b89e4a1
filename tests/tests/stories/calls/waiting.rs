//! Those who wait: in order, and told where they are.

use model::{Intent, at::SECOND};
use server::calls::port::Tune;

use super::Calls;
use loopdesk_tests::{processes, stage::slug};

#[tokio::test]
async fn a_caller_is_told_their_place_when_it_changes() {
    let company = Calls::open().await;
    let first = company.calls("+33600000001", "100").await;
    company.stage.pass(SECOND).await;
    let second = company.calls("+33600000002", "100").await;
    company.stage.pass(3 * SECOND).await;
    assert_eq!(company.telephone.hears(&first), [Tune::Position(1), Tune::Wait]);
    assert_eq!(company.telephone.hears(&second), [Tune::Position(2), Tune::Wait]);
    company.hangs_up(&first).await;
    let before = company.telephone.heard(&second).len();
    company.stage.pass(20 * SECOND).await;
    assert_eq!(company.telephone.heard(&second).len(), before, "not all the time");
    company.stage.pass(10 * SECOND).await;
    assert_eq!(company.telephone.hears(&second), [Tune::Position(1), Tune::Wait]);
    let before = company.telephone.heard(&second).len();
    company.stage.pass(25 * SECOND).await;
    assert_eq!(company.telephone.heard(&second).len(), before, "nor when nothing changed");
}

#[tokio::test]
async fn a_hundred_wait_in_order_and_nobody_is_lost() {
    const CALLERS: usize = 100;
    let company = Calls::open().await;
    let before = mib();
    let callers: Vec<_> =
        (0..CALLERS).map(|nth| company.telephone.calls(&format!("+3360000{nth:04}"), None, "100")).collect();
    company.calm().await;
    let waiting = mib();
    println!("{CALLERS} calls wait: {before:.1} MiB before, {waiting:.1} MiB then");
    assert!(callers.iter().all(|caller| company.telephone.is_up(caller)));

    let mut ines = company.advisor("Inès Keller").await;
    let mut amir = company.advisor("Amir Saidi").await;
    let mut answered = Vec::new();
    // One in ten gives up, wherever they stand.
    let gives_up = |nth: usize| nth % 10 == 7;
    for (nth, caller) in callers.iter().enumerate().filter(|(nth, _)| gives_up(*nth)) {
        assert!(nth > 1, "those who ring already are not among them");
        company.hangs_up(caller).await;
    }
    let mut turn = false;
    while answered.len() < CALLERS - CALLERS / 10 {
        turn = !turn;
        let seat = if turn { &mut ines } else { &mut amir };
        let id = seat.offered().await;
        let desk = company.picks_up(seat).await;
        let caller = company.telephone.with(&desk).expect("they hear each other");
        answered.push(callers.iter().position(|other| *other == caller).expect("one of them"));
        company.stage.pass(SECOND).await;
        company.hangs_up(&caller).await;
        seat.wants(Intent::WrapUp { conversation: id, disposition: slug("solved") }).await;
        company.calm().await;
    }
    let expected: Vec<_> = (0..CALLERS).filter(|nth| !gives_up(*nth)).collect();
    assert_eq!(answered, expected, "who came first was answered first, and nobody was left out");
    assert_eq!(company.telephone.busy(), 0);
    assert!(ines.ringing().await.is_empty() && ines.present.waiting.is_empty());
}

/// The memory of this process.
fn mib() -> f64 {
    processes::shares(std::process::id()).values().sum()
}
