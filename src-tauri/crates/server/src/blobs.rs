//! Attachments: their bytes by hash, taken in pieces so that an upload goes on where it was cut off, and previews of
//! pictures made by us. What the sender says a file is, is never believed, and nothing is ever shown inline.

use std::{
    io::{self, BufRead, Cursor, Read, Seek, SeekFrom},
    time::{Duration, Instant},
};

use axum::{
    body::Bytes,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use image::{ImageFormat, ImageReader, Limits};
use model::{
    At, Attachment, TenantId,
    at::{DAY, SECOND},
    limits::{BLOB_BYTES, LINE_CHARS, PREVIEW_EDGE, PREVIEW_PIXELS},
    message::PreviewSize,
    wire::reads::BlobStored,
};
use rusqlite::{Connection, OptionalExtension, params};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::{
    deadlines::{self, Kind},
    error::{Error, Result},
    problem::Problem,
    service::Service,
    tx::Tx,
};

/// What comes with a piece of a file.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
pub(crate) struct Piece {
    /// The file's name.
    pub(crate) name: String,
    /// Where this piece begins: exactly what was received so far.
    #[serde(default)]
    pub(crate) offset: u32,
    /// How many bytes the whole file has.
    pub(crate) size: u32,
}

/// Who uploads, and to whom: an advisor or a visitor of a tenant.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Uploader {
    pub(crate) tenant: TenantId,
    pub(crate) id: Uuid,
    /// How many bytes they may begin to send within a day, if not as many as they like.
    pub(crate) most_a_day: Option<u64>,
}

/// How long a file is kept that no line refers to, and one that never came whole.
const UNUSED: i64 = DAY;
/// What a file counts for at least in a visitor's day: a great many small ones cost as much.
const SMALLEST: u32 = 16 * 1024;

/// How long a picture may take to be decoded, in the computer's own time: what takes longer was made to.
const PREVIEW_WITHIN: Duration = Duration::from_secs(5);

/// Files that are examined at the same time.
static EXAMINED: Semaphore = Semaphore::const_new(2);

/// Takes a piece of a file; once it is whole, checks it and makes its preview.
///
/// # Errors
/// A bad hash or name, too large, a piece that does not follow (409 with `received`), or a fault.
pub(crate) async fn store(
    service: &Service,
    by: Uploader,
    sha256: String,
    piece: Piece,
    bytes: Bytes,
) -> Result<BlobStored, Problem> {
    check(&sha256, &piece)?;
    let name = sha256.clone();
    let so_far =
        service.write::<_, Problem>(by.tenant, move |tx| take(tx, by, &name, &piece, &bytes)?).await?;
    let SoFar::Whole(size) = so_far else { return Ok(so_far.answer()) };
    // A whole file and the pixels of a large picture take some 200 MB: a crowd of them waits in line.
    let turn = EXAMINED.acquire().await.map_err(|_| Error::Stopping)?;
    let name = sha256.clone();
    let whole = service.db().read(move |sql| read_pieces(sql, by.tenant, &name, by.id)).await?;
    // Hashing and decoding take a while: not while the only writer waits.
    let name = sha256.clone();
    let examined = tokio::task::spawn_blocking(move || {
        (hex::encode(Sha256::digest(&whole)) == name)
            .then(|| (kind_of(&whole), preview(&whole, Instant::now() + PREVIEW_WITHIN)))
    })
    .await
    .map_err(|_| Error::Stopping)?;
    drop(turn);
    service
        .db()
        .write(move |sql| match examined {
            Some((kind, preview)) => finish(sql, by, &sha256, size, kind, preview).map(Ok),
            None => forget(sql, by, &sha256)
                .map(|()| Err(Problem::invalid("The file was changed on its way. Send it again."))),
        })
        .await??
}

fn check(sha256: &str, piece: &Piece) -> Result<(), Problem> {
    if sha256.len() != 64 || !sha256.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
        return Err(Problem::invalid("A file is named by its SHA-256 in lower case hex."));
    }
    if piece.size == 0 || piece.size as usize > BLOB_BYTES {
        return Err(Problem::too_large("A file may have up to 25 MB and must not be empty."));
    }
    if piece.name.is_empty() || piece.name.chars().count() > LINE_CHARS {
        return Err(Problem::invalid("A file needs a name of at most 300 characters."));
    }
    Ok(())
}

/// How far an upload is.
enum SoFar {
    Part(u32),
    Whole(u32),
    Known(BlobStored),
}

impl SoFar {
    fn answer(self) -> BlobStored {
        match self {
            SoFar::Part(received) | SoFar::Whole(received) => BlobStored { received, attachment: None },
            SoFar::Known(stored) => stored,
        }
    }
}

fn take(
    tx: &mut Tx<'_>,
    by: Uploader,
    sha256: &str,
    piece: &Piece,
    bytes: &Bytes,
) -> Result<Result<SoFar, Problem>> {
    let now = tx.now;
    let key = params![by.tenant.0, sha256, by.id];
    let known: Option<(u32, u32, bool)> = tx
        .sql
        .query_row(
            "SELECT size, received, whole FROM blob WHERE tenant = ?1 AND sha256 = ?2 AND uploader = ?3",
            key,
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .optional()?;
    let received = match known {
        Some((size, _, true)) => return Ok(Ok(SoFar::Known(stored(&tx.sql, by, sha256, size)?))),
        Some((size, received, false)) if size == piece.size => received,
        Some(_) | None => {
            if let Some(wait) = day_is_full(&tx.sql, by, sha256, piece.size, now)? {
                return Ok(Err(Problem::day_is_full(wait)));
            }
            tx.sql
                .execute("DELETE FROM blob_piece WHERE tenant = ?1 AND sha256 = ?2 AND uploader = ?3", key)?;
            tx.sql.execute(
                "INSERT OR REPLACE INTO blob(tenant, sha256, uploader, name, mime, size, at)
                 VALUES (?1, ?2, ?3, ?4, '', ?5, ?6)",
                params![by.tenant.0, sha256, by.id, piece.name, piece.size, now.0],
            )?;
            deadlines::set_earliest(tx, Kind::Uploads, by.id, now + UNUSED)?;
            0
        }
    };
    if piece.offset != received {
        return Ok(Err(Problem::not_there_yet(received)));
    }
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    let total = received.saturating_add(length);
    if total > piece.size {
        return Ok(Err(Problem::too_large("There are more bytes than the size that was announced.")));
    }
    if length > 0 {
        tx.sql.execute(
            "INSERT INTO blob_piece(tenant, sha256, uploader, start, bytes) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![by.tenant.0, sha256, by.id, received, &bytes[..]],
        )?;
        tx.sql.execute(
            "UPDATE blob SET received = ?4 WHERE tenant = ?1 AND sha256 = ?2 AND uploader = ?3",
            params![by.tenant.0, sha256, by.id, total],
        )?;
    }
    Ok(Ok(if total < piece.size { SoFar::Part(total) } else { SoFar::Whole(total) }))
}

/// How many seconds somebody has to wait until their day has room for a file of that size; nothing if it has.
fn day_is_full(sql: &Connection, by: Uploader, sha256: &str, size: u32, now: At) -> Result<Option<u64>> {
    let Some(most) = by.most_a_day else { return Ok(None) };
    // What a file says of its size counts from its first piece, whether it comes whole or not.
    let mut statement = sql.prepare_cached(
        "SELECT at, max(size, ?5) FROM blob
         WHERE tenant = ?1 AND uploader = ?2 AND sha256 <> ?3 AND at > ?4 ORDER BY at DESC",
    )?;
    let begun = params![by.tenant.0, by.id, sha256, (now - DAY).0, SMALLEST];
    let mut total = u64::from(size.max(SMALLEST));
    for row in statement.query_map(begun, |row| Ok((At(row.get(0)?), row.get::<_, u32>(1)?)))? {
        let (at, bytes) = row?;
        total = total.saturating_add(bytes.into());
        if total > most {
            // Once this one, and all before it, are a day old.
            let wait = (at + DAY).since(now).max(0).unsigned_abs();
            return Ok(Some(wait.div_ceil(SECOND.unsigned_abs()).max(1)));
        }
    }
    Ok(None)
}

fn finish(
    sql: &mut Connection,
    by: Uploader,
    sha256: &str,
    size: u32,
    kind: &str,
    preview: Option<Preview>,
) -> Result<BlobStored> {
    let tx = sql.transaction()?;
    let there = tx.execute(
        "UPDATE blob SET whole = 1, mime = ?4, width = ?5, height = ?6
         WHERE tenant = ?1 AND sha256 = ?2 AND uploader = ?3",
        params![
            by.tenant.0,
            sha256,
            by.id,
            kind,
            preview.as_ref().map(|p| p.size.width),
            preview.as_ref().map(|p| p.size.height)
        ],
    )?;
    if there == 0 {
        // Its day was over while it was examined.
        return Ok(BlobStored { received: 0, attachment: None });
    }
    if let Some(preview) = preview {
        tx.execute(
            "INSERT OR IGNORE INTO blob_preview(tenant, sha256, mime, bytes) VALUES (?1, ?2, ?3, ?4)",
            params![by.tenant.0, sha256, preview.mime, preview.bytes],
        )?;
    }
    let answer = stored(&tx, by, sha256, size)?;
    tx.commit()?;
    Ok(answer)
}

fn forget(sql: &Connection, by: Uploader, sha256: &str) -> Result<()> {
    let key = params![by.tenant.0, sha256, by.id];
    sql.execute("DELETE FROM blob_piece WHERE tenant = ?1 AND sha256 = ?2 AND uploader = ?3", key)?;
    sql.execute("DELETE FROM blob WHERE tenant = ?1 AND sha256 = ?2 AND uploader = ?3", key)?;
    Ok(())
}

/// Throws away what somebody sent long ago and no line refers to, and what never came whole.
pub(crate) fn forget_unused(tx: &mut Tx<'_>, uploader: Uuid) -> Result<()> {
    let by = Uploader { tenant: tx.tenant, id: uploader, most_a_day: None };
    let until = tx.now - UNUSED;
    let unused = tx
        .sql
        .prepare_cached(
            "SELECT sha256 FROM blob WHERE tenant = ?1 AND uploader = ?2 AND at <= ?3
             AND (whole = 0 OR NOT EXISTS(SELECT 1 FROM blob_use
                                          WHERE blob_use.tenant = ?1 AND blob_use.sha256 = blob.sha256))",
        )?
        .query_map(params![by.tenant.0, by.id, until.0], |row| row.get::<_, String>(0))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    for sha256 in unused {
        forget(&tx.sql, by, &sha256)?;
        // Somebody else may have sent the same picture.
        tx.sql
            .prepare_cached(
                "DELETE FROM blob_preview WHERE tenant = ?1 AND sha256 = ?2 AND NOT EXISTS(
                     SELECT 1 FROM blob WHERE tenant = ?1 AND sha256 = ?2 AND whole = 1)",
            )?
            .execute(params![by.tenant.0, sha256])?;
    }
    let next: Option<i64> = tx
        .sql
        .prepare_cached("SELECT min(at) FROM blob WHERE tenant = ?1 AND uploader = ?2 AND at > ?3")?
        .query_row(params![by.tenant.0, by.id, until.0], |row| row.get(0))?;
    match next {
        Some(at) => deadlines::set(tx, Kind::Uploads, by.id, At(at) + UNUSED),
        None => Ok(()),
    }
}

fn stored(sql: &Connection, by: Uploader, sha256: &str, received: u32) -> Result<BlobStored> {
    Ok(BlobStored { received, attachment: of_uploader(sql, by.tenant, by.id, sha256)? })
}

/// The attachment that somebody uploaded whole, as the service knows it.
pub(crate) fn attachment(
    sql: &Connection,
    tenant: TenantId,
    uploader: Uuid,
    wanted: &Attachment,
) -> Result<Option<Attachment>> {
    of_uploader(sql, tenant, uploader, &wanted.sha256)
}

pub(crate) fn of_uploader(
    sql: &Connection,
    tenant: TenantId,
    uploader: Uuid,
    sha256: &str,
) -> Result<Option<Attachment>> {
    Ok(sql
        .prepare_cached(
            "SELECT name, mime, size, width, height FROM blob
             WHERE tenant = ?1 AND sha256 = ?2 AND uploader = ?3 AND whole = 1",
        )?
        .query_row(params![tenant.0, sha256, uploader], |row| {
            let (width, height): (Option<u32>, Option<u32>) = (row.get(3)?, row.get(4)?);
            Ok(Attachment {
                sha256: sha256.to_owned(),
                name: row.get::<_, String>(0)?.into(),
                mime: row.get(1)?,
                size: row.get(2)?,
                preview: width.zip(height).map(|(width, height)| PreviewSize { width, height }),
            })
        })
        .optional()?)
}

fn read_pieces(sql: &Connection, tenant: TenantId, sha256: &str, uploader: Uuid) -> Result<Vec<u8>> {
    let mut statement = sql.prepare_cached(
        "SELECT bytes FROM blob_piece WHERE tenant = ?1 AND sha256 = ?2 AND uploader = ?3 ORDER BY start",
    )?;
    let mut whole = Vec::new();
    for piece in statement.query_map(params![tenant.0, sha256, uploader], |row| row.get::<_, Vec<u8>>(0))? {
        whole.extend(piece?);
    }
    Ok(whole)
}

/// A whole file of a tenant. Whether the caller may have it was checked before.
pub(crate) fn bytes(sql: &Connection, tenant: TenantId, sha256: &str) -> Result<Option<Vec<u8>>> {
    let uploader: Option<Uuid> = sql
        .prepare_cached("SELECT uploader FROM blob WHERE tenant = ?1 AND sha256 = ?2 AND whole = 1 LIMIT 1")?
        .query_row(params![tenant.0, sha256], |row| row.get(0))
        .optional()?;
    uploader.map(|uploader| read_pieces(sql, tenant, sha256, uploader)).transpose()
}

/// A preview of a tenant. Whether the caller may have it was checked before.
pub(crate) fn preview_bytes(
    sql: &Connection,
    tenant: TenantId,
    sha256: &str,
) -> Result<Option<(String, Vec<u8>)>> {
    Ok(sql
        .prepare_cached("SELECT mime, bytes FROM blob_preview WHERE tenant = ?1 AND sha256 = ?2")?
        .query_row(params![tenant.0, sha256], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?)
}

/// Whether an advisor may have a file: their own upload (the whole of it: whoever only begins to send a file of that
/// name does not have it yet), or part of a conversation of a customer in their sight.
pub(crate) fn advisor_may(sql: &Connection, tenant: TenantId, person: Uuid, sha256: &str) -> Result<bool> {
    Ok(sql
        .prepare_cached(
            "SELECT EXISTS(SELECT 1 FROM blob WHERE tenant = ?1 AND sha256 = ?3 AND uploader = ?2 AND whole = 1)
                 OR EXISTS(SELECT 1 FROM blob_use JOIN conversation ON conversation.id = blob_use.conversation
                           JOIN scope ON scope.customer = conversation.customer AND scope.person = ?2
                           WHERE blob_use.tenant = ?1 AND blob_use.sha256 = ?3)",
        )?
        .query_row(params![tenant.0, person, sha256], |row| row.get(0))?)
}

/// Whether a visitor may have a file: their own upload, or part of a line of their conversation that they see.
pub(crate) fn visitor_may(sql: &Connection, tenant: TenantId, visitor: Uuid, sha256: &str) -> Result<bool> {
    Ok(sql
        .prepare_cached(
            "SELECT EXISTS(SELECT 1 FROM blob WHERE tenant = ?1 AND sha256 = ?3 AND uploader = ?2 AND whole = 1)
                 OR EXISTS(SELECT 1 FROM blob_use JOIN visitor ON visitor.conversation = blob_use.conversation
                           WHERE blob_use.tenant = ?1 AND blob_use.sha256 = ?3 AND visitor.id = ?2 AND public = 1)",
        )?
        .query_row(params![tenant.0, visitor, sha256], |row| row.get(0))?)
}

/// A file as an answer: always a download, never something a browser would show or run.
pub(crate) fn download(bytes: Vec<u8>) -> Response {
    (
        StatusCode::OK,
        [
            (header::CONTENT_TYPE, "application/octet-stream"),
            (header::CONTENT_DISPOSITION, "attachment"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
            (header::CACHE_CONTROL, "private, max-age=31536000, immutable"),
        ],
        bytes,
    )
        .into_response()
}

/// A preview as an answer: a picture that we encoded ourselves.
pub(crate) fn picture(mime: String, bytes: Vec<u8>) -> Response {
    (
        StatusCode::OK,
        [
            (header::CONTENT_TYPE, mime.as_str()),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
            (header::CACHE_CONTROL, "private, max-age=31536000, immutable"),
        ],
        bytes,
    )
        .into_response()
}

/// What a file is, by its first bytes.
fn kind_of(bytes: &[u8]) -> &'static str {
    match image::guess_format(bytes) {
        Ok(ImageFormat::Png) => "image/png",
        Ok(ImageFormat::Jpeg) => "image/jpeg",
        Ok(ImageFormat::Gif) => "image/gif",
        Ok(ImageFormat::WebP) => "image/webp",
        _ if bytes.starts_with(b"%PDF-") => "application/pdf",
        _ => "application/octet-stream",
    }
}

struct Preview {
    mime: &'static str,
    bytes: Vec<u8>,
    size: PreviewSize,
}

/// The bytes of a picture for as long as there is time: then they break off, and with them its decoding.
struct InTime<'b> {
    bytes: Cursor<&'b [u8]>,
    until: Instant,
}

impl InTime<'_> {
    fn left(&mut self) -> io::Result<&mut Self> {
        if Instant::now() < self.until { Ok(self) } else { Err(io::ErrorKind::TimedOut.into()) }
    }
}

impl Read for InTime<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        // In small pieces, so that the time is looked at often.
        let piece = into.len().min(16 * 1024);
        let into = into.get_mut(..piece).unwrap_or_default();
        self.left()?.bytes.read(into)
    }
}

impl BufRead for InTime<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let rest = self.left()?.bytes.fill_buf()?;
        Ok(rest.get(..rest.len().min(16 * 1024)).unwrap_or(rest))
    }

    fn consume(&mut self, amount: usize) {
        self.bytes.consume(amount);
    }
}

impl Seek for InTime<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.left()?.bytes.seek(to)
    }
}

/// A small picture made anew from the pixels, so that nothing else of the file survives: no metadata, no trailing
/// data, no second meaning. Nothing for what is not a picture, or too large to be decoded safely.
fn preview(bytes: &[u8], until: Instant) -> Option<Preview> {
    let format = image::guess_format(bytes).ok().filter(|format| {
        matches!(format, ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::Gif | ImageFormat::WebP)
    })?;
    let reader = || ImageReader::with_format(InTime { bytes: Cursor::new(bytes), until }, format);
    let (width, height) = reader().into_dimensions().ok()?;
    if u64::from(width) * u64::from(height) > PREVIEW_PIXELS {
        return None;
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(PREVIEW_PIXELS * 4 + 1024 * 1024);
    let mut reader = reader();
    reader.limits(limits);
    let picture = reader.decode().ok()?;
    let small = if width.max(height) > PREVIEW_EDGE {
        picture.thumbnail(PREVIEW_EDGE, PREVIEW_EDGE)
    } else {
        picture
    };
    let mut out = Cursor::new(Vec::new());
    let (mime, encoded) = if small.color().has_alpha() {
        ("image/png", small.to_rgba8().write_to(&mut out, ImageFormat::Png))
    } else {
        ("image/jpeg", small.to_rgb8().write_to(&mut out, ImageFormat::Jpeg))
    };
    encoded.ok()?;
    let size = PreviewSize { width: small.width(), height: small.height() };
    Some(Preview { mime, bytes: out.into_inner(), size })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_time() -> Instant {
        Instant::now() + Duration::from_secs(3_600)
    }

    /// A whole, black, grey picture: few bytes for many pixels.
    fn black(width: u32, height: u32) -> Vec<u8> {
        let mut png = Cursor::new(Vec::new());
        image::GrayImage::new(width, height).write_to(&mut png, ImageFormat::Png).unwrap();
        png.into_inner()
    }

    #[test]
    fn a_bomb_of_pixels_gets_no_preview() {
        let rows = u32::try_from(PREVIEW_PIXELS / 8_000).unwrap();
        let largest = black(8_000, rows);
        assert!(largest.len() < BLOB_BYTES, "it may be sent");
        let shown = preview(&largest, in_time()).expect("the most pixels that are decoded").size;
        assert_eq!(shown, PreviewSize { width: PREVIEW_EDGE, height: PREVIEW_EDGE * rows / 8_000 });
        let bomb = black(8_000, rows + 1);
        assert!(image::load_from_memory(&bomb).is_ok(), "nothing is wrong with it");
        assert!(preview(&bomb, in_time()).is_none(), "but that it has a row too many");
    }

    #[test]
    fn a_picture_that_takes_too_long_gets_no_preview() {
        let picture = black(300, 300);
        assert!(preview(&picture, in_time()).is_some());
        assert!(preview(&picture, Instant::now()).is_none());
    }

    #[test]
    fn a_drawing_that_could_run_scripts_is_just_a_file() {
        let svg = br#"<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>"#;
        assert_eq!(kind_of(svg), "application/octet-stream");
        assert!(preview(svg, in_time()).is_none());
    }

    #[test]
    fn what_hides_behind_a_picture_does_not_survive_its_preview() {
        let mut png = Cursor::new(Vec::new());
        image::RgbaImage::new(3, 2).write_to(&mut png, ImageFormat::Png).unwrap();
        let mut bytes = png.into_inner();
        bytes.extend(b"<script>alert(1)</script>");
        let preview = preview(&bytes, in_time()).expect("it is a picture");
        assert!(!preview.bytes.windows(7).any(|w| w == b"<script"));
        assert_eq!(preview.size, PreviewSize { width: 3, height: 2 });
    }
}
