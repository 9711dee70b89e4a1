//! Which devices there are.

use cpal::{
    Device as Hardware, Host,
    traits::{DeviceTrait, HostTrait},
};

/// A microphone or a speaker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// What to open it by; the same after a restart.
    pub id: String,
    /// How people call it.
    pub name: String,
    /// Whether it is the usual one.
    pub is_default: bool,
}

/// The microphones that there are.
pub fn microphones() -> Vec<Device> {
    let host = host();
    described(host.input_devices().into_iter().flatten(), host.default_input_device())
}

/// The speakers that there are.
pub fn speakers() -> Vec<Device> {
    let host = host();
    described(host.output_devices().into_iter().flatten(), host.default_output_device())
}

pub(super) fn microphone(id: Option<&str>) -> Option<Hardware> {
    let host = host();
    match id {
        Some(id) => host.input_devices().ok()?.find(|device| is(device, id)),
        None => host.default_input_device(),
    }
}

pub(super) fn speaker(id: Option<&str>) -> Option<Hardware> {
    let host = host();
    match id {
        Some(id) => host.output_devices().ok()?.find(|device| is(device, id)),
        None => host.default_output_device(),
    }
}

/// On Linux the sound server that desktops have: below it, devices are named for machines and shared with nobody.
fn host() -> Host {
    #[cfg(target_os = "linux")]
    if let Ok(host) = cpal::host_from_id(cpal::HostId::PulseAudio) {
        return host;
    }
    cpal::default_host()
}

fn is(device: &Hardware, id: &str) -> bool {
    device.id().is_ok_and(|its| its.to_string() == id)
}

fn described(devices: impl Iterator<Item = Hardware>, usual: Option<Hardware>) -> Vec<Device> {
    let usual = usual.and_then(|device| device.id().ok());
    devices
        .filter_map(|device| {
            let id = device.id().ok()?;
            let name = device.description().ok()?.name().to_owned();
            Some(Device { is_default: usual.as_ref() == Some(&id), id: id.to_string(), name })
        })
        .collect()
}
