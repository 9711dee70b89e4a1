import { describe, expect, it } from 'vitest';
import { fileName, initials, pieces, plain } from './text';

const links = (text: string): string[] => pieces(text).flatMap((piece) => (piece.is === 'link' ? [piece.href] : []));

describe('links', () => {
  it('only those that can do no harm', () => {
    expect(links('https://example.com/a?b=c#d and http://example.com')).toEqual([
      'https://example.com/a?b=c#d',
      'http://example.com/',
    ]);
    expect(links('write to help@example.com or mailto:shop@example.com')).toEqual([
      'mailto:help@example.com',
      'mailto:shop@example.com',
    ]);
    for (const harm of [
      'javascript:alert(1)',
      'JaVaScRiPt:alert(1)',
      'data:text/html,<script>alert(1)</script>',
      'vbscript:x',
      'file:///etc/passwd',
      'smb://host/share',
      '\\\\host\\share',
      'https://example.com@evil.example/',
      'https://user:pass@evil.example',
      'https://',
      'ftp://example.com',
      'mailto:',
      'intent://scan/#Intent;end',
      'ht\u202Etps://example.com',
    ]) {
      expect(links(harm), harm).toEqual([]);
    }
  });

  it('the punctuation of the sentence stays outside', () => {
    expect(links('See https://example.com/a.')).toEqual(['https://example.com/a']);
    expect(links('(see https://example.com/a_(b))')).toEqual(['https://example.com/a_(b)']);
    expect(links('« https://example.com/x », voilà !')).toEqual(['https://example.com/x']);
  });

  it('a host in other letters is shown as machines read it', () => {
    const [link] = pieces('https://аpple.com/login');
    expect(link).toEqual({ is: 'link', href: 'https://xn--pple-43d.com/login', text: 'https://xn--pple-43d.com/login' });
    const [path] = pieces('https://example.com/é');
    expect(path?.is === 'link' && path.text).toBe('https://example.com/é');
  });

  it('an endless one is text', () => {
    expect(links(`https://example.com/${'a'.repeat(3_000)}`)).toEqual([]);
  });
});

describe('marks', () => {
  it('are shown instead of obeyed, and nothing is lost', () => {
    const cut = pieces('invoice\u202Efdp.exe');
    expect(cut).toEqual([
      { is: 'text', text: 'invoice' },
      { is: 'mark', text: '[U+202E]' },
      { is: 'text', text: 'fdp.exe' },
    ]);
    expect(plain('a\u0000b\u2066c\u200Fd')).toBe('a[U+0000]b[U+2066]c[U+200F]d');
  });

  it('letters that are joined stay joined', () => {
    const family = '👩‍👩‍👧‍👦 é שלום مرحبا';
    expect(pieces(family)).toEqual([{ is: 'text', text: family }]);
  });

  it('lines stay lines in a text and become one in a name', () => {
    expect(pieces('one\ntwo\tthree')).toEqual([{ is: 'text', text: 'one\ntwo\tthree' }]);
    expect(plain('  one\n two ')).toBe('one two');
  });
});

describe('names', () => {
  it('a file keeps its real extension in sight', () => {
    expect(fileName('holiday picture.JPG')).toEqual({ stem: 'holiday picture', extension: '.JPG' });
    expect(fileName('invoice\u202Efdp.exe')).toEqual({ stem: 'invoice[U+202E]fdp', extension: '.exe' });
    expect(fileName('README')).toEqual({ stem: 'README', extension: '' });
    expect(fileName('.profile')).toEqual({ stem: '.profile', extension: '' });
  });

  it('initials come from letters', () => {
    expect(initials('Inès Keller')).toBe('IK');
    expect(initials('Anne-Marie de la Tour')).toBe('AT');
    expect(initials('王小明')).toBe('王');
    expect(initials('\u202E<b>Zoé</b>')).toBe('BB');
    expect(initials('')).toBe('');
  });
});
