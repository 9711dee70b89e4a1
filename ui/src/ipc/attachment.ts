// Where the picture of an attachment is: a scheme of the desk's own, which answers with previews it made itself.

import { convertFileSrc } from '@tauri-apps/api/core';

export function previewUrl(sha256: string): string {
  return `${convertFileSrc('', 'attachment').replace(/\/?$/, '/')}preview/${sha256}`;
}
