//! A bad network between two sides of a call: loses, delays and reorders what is said.

use std::{
    collections::BTreeSet,
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use rand::{Rng, SeedableRng, rngs::StdRng};
use tokio::net::UdpSocket;

/// A relay with a port for either side. Each side is whoever speaks to its port first.
pub(crate) struct Relay {
    for_caller: SocketAddr,
    for_callee: SocketAddr,
    carried: Arc<Mutex<BTreeSet<u8>>>,
    faults: Arc<Faults>,
}

/// What goes wrong.
#[derive(Default)]
struct Faults {
    /// Packets lost in a thousand.
    lost: AtomicU32,
    /// The most that a packet is late, in ms.
    late: AtomicU32,
}

impl Relay {
    pub(crate) async fn open() -> Self {
        let [caller, callee] = [bound().await, bound().await];
        let address = |socket: &UdpSocket| socket.local_addr().expect("its address");
        let (for_caller, for_callee) = (address(&caller), address(&callee));
        let (faults, carried) = (Arc::new(Faults::default()), Arc::new(Mutex::default()));
        let sides = [Arc::new(Mutex::new(None)), Arc::new(Mutex::new(None))];
        for (seed, [from, to], [here, there]) in
            [(1, [&caller, &callee], [0, 1]), (2, [&callee, &caller], [1, 0])]
        {
            let (from, to) = (Arc::clone(from), Arc::clone(to));
            let (here, there) = (Arc::clone(&sides[here]), Arc::clone(&sides[there]));
            tokio::spawn(carry(seed, from, to, here, there, Arc::clone(&carried), Arc::clone(&faults)));
        }
        Self { for_caller, for_callee, carried, faults }
    }

    /// The numbers of all packets so far: how they were written.
    pub(crate) fn carried(&self) -> Vec<u8> {
        self.carried.lock().expect("numbers").iter().copied().collect()
    }

    pub(crate) fn for_caller(&self) -> SocketAddr {
        self.for_caller
    }

    pub(crate) fn for_callee(&self) -> SocketAddr {
        self.for_callee
    }

    /// From now on so many in a thousand are lost, and the others late by up to so many ms.
    pub(crate) fn worsen(&self, lost: u32, late: u32) {
        self.faults.lost.store(lost, Ordering::Relaxed);
        self.faults.late.store(late, Ordering::Relaxed);
    }
}

async fn bound() -> Arc<UdpSocket> {
    Arc::new(UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port"))
}

type Side = Arc<Mutex<Option<SocketAddr>>>;

async fn carry(
    seed: u64,
    from: Arc<UdpSocket>,
    to: Arc<UdpSocket>,
    here: Side,
    there: Side,
    carried: Arc<Mutex<BTreeSet<u8>>>,
    faults: Arc<Faults>,
) {
    let mut random = StdRng::seed_from_u64(seed);
    let mut datagram = [0; 2_000];
    while let Ok((length, source)) = from.recv_from(&mut datagram).await {
        here.lock().expect("a side").get_or_insert(source);
        carried.lock().expect("numbers").extend(datagram.get(1).map(|second| second & 0x7f));
        let Some(target) = *there.lock().expect("a side") else { continue };
        if random.random_ratio(faults.lost.load(Ordering::Relaxed), 1_000) {
            continue;
        }
        let late = Duration::from_millis(random.random_range(0..=faults.late.load(Ordering::Relaxed)).into());
        let (to, datagram) = (Arc::clone(&to), datagram[..length].to_vec());
        tokio::spawn(async move {
            tokio::time::sleep(late).await;
            let _ = to.send_to(&datagram, target).await;
        });
    }
}
