/** UUIDv7 (RFC 9562): the time first, then chance. Ids made later in one page sort later. */

export type FillRandom = (bytes: Uint8Array<ArrayBuffer>) => unknown;

/** Makes ids; keeps the last time, so that a clock that is set back does not turn the order round. */
export function uuids(fill: FillRandom): (wall: number) => string {
  let last = 0;
  let count = 0;
  return (wall) => {
    if (wall > last) {
      last = wall;
      count = 0;
    } else {
      count += 1;
      if (count > 0xfff) {
        last += 1;
        count = 0;
      }
    }
    const bytes = new Uint8Array(16);
    fill(bytes);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, Math.floor(last / 0x1_0000));
    view.setUint16(4, last % 0x1_0000);
    view.setUint16(6, 0x7000 | count);
    view.setUint8(8, (view.getUint8(8) & 0x3f) | 0x80);
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  };
}
