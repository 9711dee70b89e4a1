//! What an advisor and a caller wait for on the telephone, measured between two of our own telephones at our own exchange:
//! a part of `make bench` (`PARTS=calling` measures it alone). Not a test: nothing here fails because a figure is poor.

#[path = "../desk/machine.rs"]
mod machine;
#[path = "../desk/spread.rs"]
#[expect(dead_code, reason = "the other benchmark changes its measures")]
mod spread;
#[path = "../desk/table.rs"]
#[expect(dead_code, reason = "the other benchmark counts in more units")]
mod table;

mod burst;
mod call;
mod devices;
mod waiting;

use crate::{call::Room, machine::Machine, table::Table};

#[tokio::main]
async fn main() {
    // Another process of this program, with the sound server's name in its environment.
    if std::env::args().any(|word| word == devices::CHILD) {
        return devices::measure_here().await;
    }
    let machine = Machine::now();
    let mut table = Table::default();

    println!("A telephone is answered, made to wait and not to be heard");
    call::measure(&mut table).await;
    println!("Sound goes from one telephone to the other");
    let mut room = Room::open().await;
    room.mouth_to_ear(&mut table).await;
    room.cost(&mut table).await;
    room.closes().await;
    println!("The same through sound devices");
    devices::measure(&mut table);
    println!("A hundred callers wait");
    waiting::measure(&mut table).await;

    table.print();
    println!("{}", machine.told());
}
