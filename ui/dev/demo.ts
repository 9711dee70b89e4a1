// The same screen over the stand-in: `?scene=offline&theme=dark&lang=fr&open=c-omar`. For looking and measuring only.

import type { Scene } from './demo/scenes';
import { pace } from './measures';
import { StandIn } from './standin';
import type { Language, Theme } from './standin-types';

const query = new URLSearchParams(location.search);
const standin = new StandIn((query.get('scene') ?? 'day') as Scene);
standin.settings = {
  ...standin.settings,
  theme: (query.get('theme') ?? 'light') as Theme,
  language: (query.get('lang') ?? 'en') as Language,
};
const open = query.get('open');
if (open) standin.startWith(open);
standin.install();
Object.assign(window, { standin, pace: pace(standin) });
await import('../src/main');
