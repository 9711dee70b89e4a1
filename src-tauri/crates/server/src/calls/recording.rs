//! What is recorded of a call: written to the store as it comes, in pieces of seconds and parts of minutes, so that no
//! hour of sound is ever in memory. A part is a file of its own, no larger than any other file may be.

use hound::{SampleFormat, WavSpec};
use model::{
    Attachment, TenantId,
    at::{DAY, HOUR, MINUTE, SECOND},
};
use rusqlite::params;
use sha2::{Digest, Sha256};
use tokio::{sync::mpsc, task::JoinHandle};
use uuid::Uuid;

use super::port::{RATE, Tape};
use crate::{
    blobs,
    deadlines::{self, Kind},
    error::{Error, Result},
    service::Service,
};

/// Samples in a millisecond.
const PER_MS: i64 = RATE as i64 / SECOND;
/// Samples in a piece.
const PIECE: usize = (10 * SECOND * PER_MS) as usize;
/// Samples in a part: 24 MB.
const PART: usize = (25 * MINUTE * PER_MS) as usize;
/// Samples of one recording in all. What is said later is not kept.
const MOST: usize = (2 * HOUR * PER_MS) as usize;
/// Bytes before the samples of a file.
const HEADER: usize = 44;
/// Frames that may wait while the store writes: half a minute.
const ROOM: usize = 1_500;
/// Samples that may wait for a store that refuses: a minute of them.
const MOST_WAITING: usize = (MINUTE * PER_MS) as usize;
/// What is shorter was nothing, in samples: half a second.
const SHORTEST: usize = RATE as usize / 2;

/// What was recorded, once its tape is let go.
pub(super) struct Recorded {
    /// The files, in order. Empty where nothing was said.
    pub(super) files: Vec<Attachment>,
    /// How long it is, in ms.
    pub(super) length: i64,
}

/// Begins a recording, whose files are called `name`.
pub(super) fn record(
    service: &Service,
    tenant: TenantId,
    name: &'static str,
) -> (Tape, JoinHandle<Recorded>) {
    let (tape, samples) = Tape::new(ROOM);
    let service = service.clone();
    (tape, tokio::spawn(keep(service, tenant, name, samples)))
}

/// Keeps what comes until the tape is let go.
async fn keep(
    service: Service,
    tenant: TenantId,
    name: &'static str,
    mut samples: mpsc::Receiver<Vec<i16>>,
) -> Recorded {
    let mut recorded = Recorded { files: Vec::new(), length: 0 };
    let (mut part, mut waiting, mut all, mut due) = (Part::new(1), Vec::new(), 0_usize, PIECE);
    loop {
        let more = samples.recv().await;
        let over = more.is_none();
        if let Some(more) = more {
            let room = MOST.saturating_sub(all);
            all += more.len().min(room);
            waiting.extend(more.into_iter().take(room));
        }
        let full = part.samples + waiting.len() >= PART;
        if waiting.len() >= due || over || full {
            // What cannot be written now is tried again with what comes next, as long as there is room for it.
            match part.add(&service, tenant, name, &waiting).await {
                Ok(()) => waiting.clear(),
                Err(error) => {
                    tracing::error!(%error, "a piece of a recording could not be written");
                    if waiting.len() >= MOST_WAITING {
                        waiting.clear();
                    }
                }
            }
            due = waiting.len() + PIECE;
        }
        if over || full {
            let next = Part::new(part.number + 1);
            let whole = std::mem::replace(&mut part, next);
            match whole.finish(&service, tenant, name).await {
                Ok(file) => recorded.files.extend(file),
                Err(error) => tracing::error!(%error, "a recording could not be kept"),
            }
        }
        if over {
            recorded.length = i64::try_from(all).unwrap_or(i64::MAX) / PER_MS;
            return recorded;
        }
    }
}

/// A file of a recording that is being written.
struct Part {
    number: usize,
    /// Its name in the store until its bytes are known. Nobody else writes there.
    id: Uuid,
    samples: usize,
}

impl Part {
    fn new(number: usize) -> Self {
        Self { number, id: Uuid::now_v7(), samples: 0 }
    }

    fn key(&self) -> String {
        format!("recording:{}", self.id)
    }

    async fn add(&mut self, service: &Service, tenant: TenantId, name: &str, samples: &[i16]) -> Result<()> {
        if samples.is_empty() {
            return Ok(());
        }
        let (key, id, first) = (self.key(), self.id, self.samples == 0);
        let start = position(self.samples)?;
        let file = format!("{name}.wav");
        let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        service
            .write(tenant, move |tx| {
                if first {
                    tx.sql.execute(
                        "INSERT INTO blob(tenant, sha256, uploader, name, mime, size, at)
                         VALUES (?1, ?2, ?3, ?4, 'audio/wav', 0, ?5)",
                        params![tx.tenant.0, key, id, file, tx.now.0],
                    )?;
                    // What is never finished, because the service was killed, is thrown away.
                    deadlines::set_earliest(tx, Kind::Uploads, id, tx.now + DAY)?;
                }
                tx.sql.execute(
                    "INSERT INTO blob_piece(tenant, sha256, uploader, start, bytes) VALUES (?1, ?2, ?3, ?4, ?5)",
                    params![tx.tenant.0, key, id, start, bytes],
                )?;
                Ok::<_, Error>(())
            })
            .await?;
        self.samples += samples.len();
        Ok(())
    }

    /// Makes a file of it, under the name of its bytes like any other. Nothing where nothing was said.
    async fn finish(self, service: &Service, tenant: TenantId, name: &str) -> Result<Option<Attachment>> {
        if self.samples < SHORTEST {
            return Ok(None);
        }
        let (key, id, number) = (self.key(), self.id, self.number);
        let size = position(self.samples)?;
        let file = if number == 1 { format!("{name}.wav") } else { format!("{name}-{number}.wav") };
        let header = header(size);
        let (read, first) = (key.clone(), header.clone());
        let sha256 = service
            .read(move |sql| {
                let mut hash = Sha256::new();
                hash.update(&first);
                let mut statement = sql.prepare_cached(
                    "SELECT bytes FROM blob_piece WHERE tenant = ?1 AND sha256 = ?2 AND uploader = ?3 ORDER BY start",
                )?;
                let mut pieces = statement.query(params![tenant.0, read, id])?;
                while let Some(piece) = pieces.next()? {
                    hash.update(piece.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?);
                }
                Ok(hex::encode(hash.finalize()))
            })
            .await?;
        service
            .write(tenant, move |tx| {
                tx.sql.execute(
                    "UPDATE blob_piece SET sha256 = ?4 WHERE tenant = ?1 AND sha256 = ?2 AND uploader = ?3",
                    params![tx.tenant.0, key, id, sha256],
                )?;
                tx.sql.execute(
                    "INSERT INTO blob_piece(tenant, sha256, uploader, start, bytes) VALUES (?1, ?2, ?3, 0, ?4)",
                    params![tx.tenant.0, sha256, id, header],
                )?;
                tx.sql.execute(
                    "UPDATE blob SET sha256 = ?4, name = ?5, size = ?6, received = ?6, whole = 1
                     WHERE tenant = ?1 AND sha256 = ?2 AND uploader = ?3",
                    params![tx.tenant.0, key, id, sha256, file, size],
                )?;
                blobs::of_uploader(&tx.sql, tx.tenant, id, &sha256)
            })
            .await
    }
}

/// Where a sample stands in a file.
fn position(samples: usize) -> Result<u32> {
    u32::try_from(HEADER + samples * 2).map_err(|_| Error::Stopping)
}

/// How a WAV file of so many bytes begins.
fn header(size: u32) -> Vec<u8> {
    let spec =
        WavSpec { channels: 1, sample_rate: RATE, bits_per_sample: 16, sample_format: SampleFormat::Int };
    let mut header = spec.into_header_for_infinite_file();
    // How long it is, is known by now: the file's own length, and that of its samples.
    for (place, length) in [(4, size - 8), (HEADER - 4, size - HEADER as u32)] {
        header.splice(place..place + 4, length.to_le_bytes());
    }
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_says_what_follows_it() {
        let samples = [1_i16, -2, 300];
        let mut file = header(position(samples.len()).unwrap());
        assert_eq!(file.len(), HEADER);
        file.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
        let mut read = hound::WavReader::new(file.as_slice()).unwrap();
        assert_eq!((read.spec().sample_rate, read.len()), (RATE, 3));
        assert_eq!(read.samples::<i16>().collect::<Result<Vec<_>, _>>().unwrap(), samples);
    }
}
