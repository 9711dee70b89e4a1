//! Writes the packets of a stream.

use rtp_types::RtpPacketBuilder;

use super::codec::Codec;

/// The stream that is sent.
#[derive(Debug)]
pub(crate) struct Sender {
    ssrc: u32,
    number: u16,
    timestamp: u32,
    /// What a frame adds to it.
    step: u32,
    /// Whether something was left out before: what comes next begins anew.
    paused: bool,
}

impl Sender {
    /// A stream that begins at a random place, as RFC 3550 wants it.
    pub(crate) fn new(codec: Codec) -> Self {
        let [ssrc, timestamp] = rand::random();
        Self { ssrc, number: rand::random(), timestamp, step: codec.step(), paused: true }
    }

    /// 20 ms of sound.
    pub(crate) fn sound(&mut self, payload_type: u8, payload: &[u8]) -> Option<Vec<u8>> {
        let marker = std::mem::take(&mut self.paused);
        let packet = self.packet(payload_type, payload, marker, self.timestamp);
        self.pass();
        packet
    }

    /// 20 ms of an event that began `age` frames ago.
    pub(crate) fn event(
        &mut self,
        payload_type: u8,
        payload: &[u8],
        is_first: bool,
        age: u16,
    ) -> Option<Vec<u8>> {
        let began = self.timestamp.wrapping_sub(u32::from(age) * self.step);
        let packet = self.packet(payload_type, payload, is_first, began);
        self.pass();
        packet
    }

    /// 20 ms of nothing.
    pub(crate) fn nothing(&mut self) {
        self.paused = true;
        self.pass();
    }

    fn pass(&mut self) {
        self.timestamp = self.timestamp.wrapping_add(self.step);
    }

    fn packet(&mut self, payload_type: u8, payload: &[u8], marker: bool, timestamp: u32) -> Option<Vec<u8>> {
        self.number = self.number.wrapping_add(1);
        RtpPacketBuilder::<&[u8], &[u8]>::new()
            .payload_type(payload_type)
            .marker_bit(marker)
            .sequence_number(self.number)
            .timestamp(timestamp)
            .ssrc(self.ssrc)
            .payload(payload)
            .write_vec()
            .ok()
    }
}
