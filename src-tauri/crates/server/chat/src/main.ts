/** The chat page starts here. */
import './style.css';
import { addressOf } from './address';
import { Chat } from './chat';
import { Host } from './host';
import type { SignedIdentity } from './types';
import { languageOf } from './words';

const address = addressOf(location.search, location.hash);
const language = languageOf([address.language, ...navigator.languages]);
const root = document.getElementById('chat');

document.documentElement.lang = language;
// The signature has done its work; it must not stay in the history or in a bookmark.
if (location.hash !== '') history.replaceState(null, '', `${location.pathname}${location.search}`);

let chat: Promise<Chat> | null = null;
let host: Host | null = null;

async function open(signed: SignedIdentity | null): Promise<Chat | null> {
  return root === null ? null : Chat.open(root, address, signed, language, host);
}

/** One after the other, so that a change of account never meets a half open chat. */
async function identify(signed: SignedIdentity | null): Promise<void> {
  const current = await chat;
  // Nobody signed in before, nobody now: what an unknown visitor wrote stays theirs.
  if (current !== null && (signed === null ? !current.isSigned : current.identify(signed))) return;
  current?.close();
  if (signed === null) await Chat.forget(address, host);
  const next = await open(signed);
  if (next !== null) chat = Promise.resolve(next);
  next?.shown();
}

let identifying: Promise<void> = Promise.resolve();

if (address.host !== null && parent !== window) {
  document.documentElement.classList.add('embedded');
  host = new Host(
    address.host,
    () => void chat?.then((current) => current.shown()),
    (signed) => {
      identifying = identifying.then(() => identify(signed));
    },
  );
  addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && document.querySelector('dialog[open]') === null) host?.close();
  });
}

chat = open(address.signed).then((opened) => {
  if (opened === null) throw new Error('the page has no place for the chat');
  return opened;
});
