// Listens, asks for everything once, and paints it in one go: until then the page shows the shape of the desk.

import { mount } from 'svelte';
import './shell/boot.css';
import './shell/theme.css';
import { Desk } from './live/desk.svelte';
import App from './shell/App.svelte';
import { wordsReady } from './words/words.svelte';

async function begin(): Promise<void> {
  const desk = new Desk();
  let broken = false;
  try {
    await desk.start();
    await wordsReady();
  } catch {
    // Without the desk there is nothing to show but that; it has written why into its own log.
    broken = true;
  }
  const target = document.getElementById('app');
  if (!target) return;
  target.replaceChildren();
  mount(App, { target, props: { desk, broken } });
}

void begin();
