import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keepsFocus } from './focus';

describe('what had the focus, and goes', () => {
  const button = () => document.createElement('button');
  const seen = () => new Promise((resolve) => setTimeout(resolve));
  let one: HTMLElement, other: HTMLElement, elsewhere: HTMLElement;
  let release: () => void;

  beforeEach(() => {
    [one, other, elsewhere] = [button(), button(), button()];
    const list = document.createElement('div');
    list.append(one, other);
    document.body.replaceChildren(list, elsewhere);
    release = keepsFocus(() => elsewhere)(list);
  });
  afterEach(() => release());

  it('leaves it where it is told', async () => {
    one.focus();
    one.remove();
    await seen();
    expect(document.activeElement).toBe(elsewhere);
  });

  it('leaves it with who took it', async () => {
    one.focus();
    one.remove();
    other.focus();
    await seen();
    expect(document.activeElement).toBe(other);
  });

  it('takes it from nobody when something else goes', async () => {
    one.focus();
    other.remove();
    await seen();
    expect(document.activeElement).toBe(one);
  });
});
