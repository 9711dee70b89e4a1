/** What the address of the page says. What concerns a person stands behind the `#`, which no log ever sees. */
import type { SignedIdentity } from './types';

export interface Address {
  readonly workspace: string | null;
  readonly queue: string | null;
  readonly language: string | null;
  /** The page that embeds us, as it says; only ever used to talk to exactly that origin. */
  readonly host: string | null;
  readonly signed: SignedIdentity | null;
}

const SLUG = /^[a-z0-9][a-z0-9-]{0,39}$/u;

export function addressOf(search: string, hash: string): Address {
  const asked = new URLSearchParams(search);
  const own = new URLSearchParams(hash.replace(/^#/u, ''));
  return {
    workspace: slug(asked.get('workspace')),
    queue: slug(asked.get('queue')),
    language: asked.get('lang'),
    host: originOf(own.get('host')),
    signed: signedOf({
      account: own.get('account'),
      name: own.get('name'),
      until: Number(own.get('until') ?? Number.NaN),
      signature: own.get('signature'),
    }),
  };
}

/** A signed identity from the address or from the embedding page; nothing unless it is whole. */
export function signedOf(given: unknown): SignedIdentity | null {
  if (typeof given !== 'object' || given === null) return null;
  const { account, name, until, signature } = given as Record<string, unknown>;
  if (typeof account !== 'string' || account === '' || typeof name !== 'string') return null;
  if (typeof until !== 'number' || !Number.isSafeInteger(until)) return null;
  if (typeof signature !== 'string' || !/^[0-9a-f]{64}$/u.test(signature)) return null;
  return { account, name, until, signature };
}

function slug(text: string | null): string | null {
  return text !== null && SLUG.test(text) ? text : null;
}

function originOf(text: string | null): string | null {
  if (text === null) return null;
  try {
    const { origin, protocol } = new URL(text);
    return protocol === 'https:' || protocol === 'http:' ? origin : null;
  } catch {
    return null;
  }
}
