// The page of the bar that lies over all windows while a call goes on and the desk is out of sight.

import { mount } from 'svelte';
import './shell/theme.css';
import { Desk } from './live/desk.svelte';
import Bar from './shell/Bar.svelte';
import { wordsReady } from './words/words.svelte';

async function begin(): Promise<void> {
  const desk = new Desk();
  try {
    await desk.start();
    await wordsReady();
  } catch {
    // Without the desk there is no call to show; the bar goes with it.
    return;
  }
  const target = document.getElementById('bar');
  if (target) mount(Bar, { target, props: { desk } });
}

void begin();
