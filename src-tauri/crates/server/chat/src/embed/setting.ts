/** What the tag asks for. */
export interface EmbedWords {
  readonly open: string;
  readonly close: string;
  readonly unread: (count: number) => string;
  readonly frame: string;
}

export interface Setting {
  readonly origin: string;
  readonly workspace: string;
  readonly address: string;
  readonly words: EmbedWords;
}

const en: EmbedWords = {
  open: 'Chat with us',
  close: 'Close the chat',
  unread: (count) => (count === 1 ? 'Chat with us, 1 new message' : `Chat with us, ${count} new messages`),
  frame: 'Chat',
};
const fr: EmbedWords = {
  open: 'Discuter avec nous',
  close: 'Fermer la discussion',
  unread: (count) =>
    count === 1 ? 'Discuter avec nous, 1 nouveau message' : `Discuter avec nous, ${count} nouveaux messages`,
  frame: 'Discussion',
};

export function settingOf(script: HTMLScriptElement): Setting {
  const { workspace = '', queue = '', language = '' } = script.dataset;
  const { origin } = new URL(script.src, location.href);
  const wished = language || document.documentElement.lang || navigator.language;
  const lang = wished.toLowerCase().startsWith('fr') ? 'fr' : 'en';
  const query = new URLSearchParams();
  if (workspace !== '') query.set('workspace', workspace);
  if (queue !== '') query.set('queue', queue);
  query.set('lang', lang);
  // Behind the #, so that the service's log never has it. The chat talks only to this origin.
  const own = new URLSearchParams({ host: location.origin });
  return { origin, workspace, address: `${origin}/chat?${query}#${own}`, words: lang === 'fr' ? fr : en };
}
