// Which files fit. The service enforces the same figures; here they are said before anything is lost.

export const FILE_BYTES = 25 * 1024 * 1024;
export const FILES = 10;
/** Bytes of one piece: in base64 it stays below 190 kB, and a multiple of three needs no padding inside. */
export const PIECE_BYTES = 141_000;
