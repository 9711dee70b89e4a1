import { describe, expect, it } from 'vitest';
import { type } from '../../../dev/keys';
import { PASSPHRASE } from '../../../dev/standin';
import { button, show, text, until } from '../../../dev/with-screen';
import { countCalls, lastCall } from '../../../dev/with-standin';
import { w } from '../../words/words.svelte';
import { SHORTEST } from './passphrase.svelte';

const inputs = () => [...document.querySelectorAll<HTMLInputElement>('form input.field')];
const wrong = () => text(document.querySelector('.wrong'));
const write = (place: number, words: string) => type(inputs()[place] as HTMLInputElement, words);
const submit = () => document.querySelector('form')?.requestSubmit();

describe('a passphrase that opens the files', () => {
  it('is told to be wrong as often as it is, and then opens', async () => {
    const { standin, desk } = await show('passphrase');
    await until(() => inputs().length === 1);
    expect(document.activeElement).toBe(inputs()[0]);
    expect(inputs()[0]?.type).toBe('password');
    submit();
    await until(() => wrong() !== '');
    expect(countCalls(standin, 'keys.unlock')).toBe(0);
    for (let n = 1; n <= 3; n += 1) {
      write(0, 'not this one');
      await until(() => wrong() === '');
      submit();
      await until(() => wrong() === w().keys.wrong.wrong);
      expect(countCalls(standin, 'keys.unlock')).toBe(n);
    }
    write(0, PASSPHRASE);
    submit();
    await until(() => desk.gate === 'ready');
    expect(desk.keys).toEqual({ keyring: false, passphrase: true });
  });

  it('can be typed beside the reasons where the keyring lost the key', async () => {
    const { desk } = await show('locked_key');
    await until(() => inputs().length === 1);
    expect(text(document.querySelector('.gate'))).toContain(w().gate.lockedOrType.key_missing);
    write(0, PASSPHRASE);
    submit();
    await until(() => desk.gate === 'ready');
  });
});

describe('a first passphrase', () => {
  it('is long enough and typed twice, and what is lost with it is said', async () => {
    const { standin, desk } = await show('choose');
    await until(() => inputs().length === 2);
    expect(text(document.querySelector('.gate'))).toContain(w().keys.forgottenChoose);
    write(0, 'elf zeichen');
    write(1, 'elf zeichen');
    submit();
    await until(() => wrong() === w().keys.short(SHORTEST));
    write(0, PASSPHRASE);
    submit();
    await until(() => wrong() === w().keys.wrong.different);
    expect(countCalls(standin, 'keys.choose')).toBe(0);
    write(1, PASSPHRASE);
    submit();
    await until(() => desk.gate === 'ready');
    expect(lastCall(standin, 'keys.choose')).toEqual({ passphrase: PASSPHRASE });
  });
});

describe('in the settings', () => {
  it('a passphrase is added, and removed again', async () => {
    const { standin, desk } = await show('day');
    desk.page = 'settings';
    await until(() => button(w().keys.add));
    button(w().keys.add).click();
    await until(() => inputs().some((input) => input.type === 'password'));
    const fields = inputs().filter((input) => input.type === 'password');
    for (const field of fields) type(field, PASSPHRASE);
    fields[0]?.form?.requestSubmit();
    await until(() => button(w().keys.change));
    expect(lastCall(standin, 'keys.set_passphrase')).toEqual({ passphrase: PASSPHRASE });
    expect(desk.keys.passphrase).toBe(true);
    button(w().keys.remove).click();
    await until(() => text(document.querySelector('dialog')).includes(w().keys.removeAsk));
    button(w().keys.remove, document.querySelector('dialog')).click();
    await until(() => button(w().keys.add));
    expect(desk.keys.passphrase).toBe(false);
  });
});

describe('a desk that was alone for too long', () => {
  it('says since when, what is safe and what to do, and shows nothing', async () => {
    const { standin } = await show('lease');
    await until(() => document.querySelector('.gate'));
    const said = text(document.querySelector('.gate'));
    for (const words of [w().gate.lockedTitle.lease_over, w().gate.lockedSafe.lease_over, w().gate.lockedDo.lease_over]) expect(said).toContain(words);
    expect(text(document.body)).not.toContain('Léa');
    button(w().gate.tryAgain).click();
    expect(countCalls(standin, 'keys.try_again')).toBe(1);
  });
});

describe('the place for what waits', () => {
  it('is said to be nearly full, and full', async () => {
    const { standin } = await show('nearly');
    await until(() => document.querySelector('.top .chip.warn'));
    expect(text(document.querySelector('.top .chip.warn'))).toContain(w().quota.short(86));
    standin.connection({ quota: { what: 'files', percent: 100 } });
    await until(() => text(document.querySelector('.top')).includes(w().quota.short(100)));
  });

  it('does not count to nothing where all of it needs a decision', async () => {
    const { standin } = await show('nearly');
    standin.connection({ unsent: 0 });
    await until(() => text(document.querySelector('.top .chip.warn')).trim() === w().quota.short(86));
  });
});
