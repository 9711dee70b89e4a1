/** Talks with the chat in the frame. What does not come from our origin and our frame is not heard. */
import type { FromHost, Kept, ToHost } from '../host';
import type { SignedIdentity } from '../types';

export interface Heard {
  ready(): void;
  news(unread: number, going: boolean): void;
  close(): void;
  keep(what: Kept, text: string | null): void;
}

export interface Bridge {
  shown(shown: boolean): void;
  identify(signed: SignedIdentity | null): void;
  kept(memo: string | null, rows: string | null): void;
}

export function bridge(origin: string, frame: () => Window | null, heard: Heard): Bridge {
  let ready = false;
  const tell = (message: FromHost): void => {
    if (ready) frame()?.postMessage(message, origin);
  };
  addEventListener('message', (event: MessageEvent<unknown>) => {
    if (event.origin !== origin || event.source === null || event.source !== frame()) return;
    const message = toHost(event.data);
    if (message === null) return;
    if (message.is === 'ready') {
      ready = true;
      heard.ready();
    } else if (message.is === 'news') heard.news(message.unread, message.going);
    else if (message.is === 'keep') heard.keep(message.what, message.text);
    else heard.close();
  });
  return {
    shown: (shown) => tell({ loopdesk: 1, is: 'shown', shown }),
    identify: (signed) => tell({ loopdesk: 1, is: 'identify', signed }),
    kept: (memo, rows) => tell({ loopdesk: 1, is: 'kept', memo, rows }),
  };
}

function toHost(data: unknown): ToHost | null {
  if (typeof data !== 'object' || data === null || !('loopdesk' in data) || data.loopdesk !== 1) return null;
  const { is, unread, going, what, text } = data as Record<string, unknown>;
  if (is === 'ready' || is === 'close') return { loopdesk: 1, is };
  if (is === 'keep' && (what === 'memo' || what === 'rows')) {
    return { loopdesk: 1, is, what, text: typeof text === 'string' ? text : null };
  }
  if (is !== 'news' || typeof unread !== 'number') return null;
  return { loopdesk: 1, is, unread: Math.max(0, Math.min(999, Math.floor(unread))), going: going === true };
}
