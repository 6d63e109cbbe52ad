import { describe, expect, it } from 'vitest';
import type { ChangedFile } from '../api/generated.ts';
import { fileNotes } from './file-notes.ts';
import { languageOf } from './language.ts';

const file = (more: Partial<ChangedFile>): ChangedFile => ({
  path: 'a',
  status: 'M',
  oldMode: '100644',
  newMode: '100644',
  binary: false,
  oldText: 'a',
  newText: 'b',
  note: '',
  ...more,
});

describe('fileNotes', () => {
  it.each([
    [{}, []],
    [{ note: '' }, []],
    [{ newMode: '100755' }, ['Was a file, becomes an executable file']],
    [{ status: 'T', newMode: '120000' }, ['Was a file, becomes a symbolic link']],
    [{ status: 'A', oldMode: '000000' }, []],
    [{ status: 'A', oldMode: '000000', newMode: '160000' }, ['Adds a submodule']],
    [{ binary: true, oldText: '', newText: '' }, ['Binary: the difference cannot be shown as text']],
    [{ oldText: '', newText: '', note: 'Too large to show.' }, ['Too large to show']],
    [{ newMode: '100666' }, ['Was a file, becomes mode 100666']],
  ] as const)('%j', (more, notes) => expect(fileNotes(file(more))).toEqual(notes));
});

describe('languageOf', () => {
  it.each([
    ['infra/orders.tf', 'terraform'],
    ['Dockerfile', 'docker'],
    ['build/Dockerfile.web', 'docker'],
    ['db/0042_drop.SQL', 'sql'],
    ['Makefile', 'text'],
    ['a.constructor', 'text'],
    ['a.b/c', 'text'],
    ['', 'text'],
  ])('%s is %s', (path, language) => expect(languageOf(path)).toBe(language));
});
