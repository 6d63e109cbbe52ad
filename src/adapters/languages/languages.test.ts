import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Parsed } from '../../core/risk/evidence.ts';
import { sampleTree } from '../../testing/tree.ts';
import { parseContent } from './content.ts';
import { languages } from './index.ts';
import { splitSql } from './split.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = (path: string, text: string | Uint8Array, mode = '100644'): Promise<Parsed> =>
  parseContent(path, mode, { id: 'x', bytes: typeof text === 'string' ? utf8(text) : text });

describe('HCL', () => {
  it('becomes blocks with labels, attributes, nesting and lines', async () => {
    const parsed = await read('a.tf', 'resource "aws_db_instance" "a" {\n  tags = {\n    b = 1 # why\n  }\n  lifecycle {\n    prevent_destroy = true\n  }\n}\n');
    expect(parsed).toMatchObject({
      kind: 'hcl',
      blocks: [
        {
          type: 'resource',
          labels: ['aws_db_instance', 'a'],
          line: 1,
          endLine: 8,
          attributes: [{ name: 'tags', expression: '{ b = 1 }', line: 2 }],
          blocks: [{ type: 'lifecycle', attributes: [{ name: 'prevent_destroy', expression: 'true', line: 6 }] }],
        },
      ],
    });
  });

  it('keeps loose attributes of tfvars, and reads an empty file', async () => {
    expect(await read('a.tfvars', 'n = 1\n')).toMatchObject({ blocks: [{ type: '', attributes: [{ name: 'n', expression: '1' }] }] });
    expect(await read('a.tf', '')).toMatchObject({ kind: 'hcl', blocks: [] });
  });

  it.each(['resource "a" {', '}', 'a = ', 'resource "a" "b" {}\n@'])('is unreadable as a whole where it is broken: %j', async (text) => {
    expect(await read('a.tf', text)).toMatchObject({ kind: 'unreadable' });
  });
});

describe('HCL of an attacker', () => {
  it('costs comments once', async () => {
    const parsed = await read('a.tf', `a = [\n${'1, # x\n'.repeat(100_000)}]\n`);
    expect(parsed.kind === 'hcl' && parsed.blocks[0]?.attributes[0]?.expression.length).toBe(300_003);
  });

  it('is unreadable where blocks are nested beyond reason', async () => {
    expect(await read('a.tf', 'a {\n'.repeat(64) + '}\n'.repeat(64))).toMatchObject({ kind: 'hcl' });
    expect(await read('a.tf', 'a {\n'.repeat(65) + '}\n'.repeat(65))).toMatchObject({ kind: 'unreadable', why: expect.stringContaining('deeper than 64') });
  });
});

describe('SQL', () => {
  it('becomes statements with trees and lines, behind comments and multi-byte letters', async () => {
    const parsed = await read('a.sql', '-- é\nDROP TABLE a;\n\n/* é ; */ DELETE FROM b');
    expect(parsed.kind === 'sql' && parsed.statements.map((s) => [s.line, s.text, Object.keys(s.node ?? {})[0]])).toEqual([
      [2, 'DROP TABLE a', 'DropStmt'],
      [4, 'DELETE FROM b', 'DeleteStmt'],
    ]);
  });

  it('reports each failure and reads the rest, psql commands and COPY data included', async () => {
    const parsed = await read('a.sql', '\\timing\n\\i x.sql\nnonsense;\nCOPY t FROM stdin;\n1\tDROP TABLE no;\n\\.\nSELECT \';\' AS "a;b", $$;$$;\nSELECT 1 \\gexec\nDROP TABLE a');
    expect(parsed.kind === 'sql' && parsed.statements.map((s) => [s.line, s.text, s.error === undefined])).toEqual([
      [2, '\\i x.sql', false],
      [3, 'nonsense', false],
      [4, 'COPY t FROM stdin', true],
      [7, 'SELECT \';\' AS "a;b", $$;$$', true],
      [8, 'SELECT 1', true],
      [8, '\\gexec', false],
      [9, 'DROP TABLE a', true],
    ]);
  });

  it('does not take statements for data that is never ended, or that another statement mentions', async () => {
    const hidden = await read('a.sql', "nonsense;\nCOPY (SELECT 1) TO '/x from stdin';\nDROP TABLE a;\n");
    expect(hidden.kind === 'sql' && hidden.statements.at(-1)?.text).toBe('DROP TABLE a');
    const open = await read('a.sql', 'nonsense;\nCOPY t FROM stdin;\nDROP TABLE a;\n');
    expect(open.kind === 'sql' && open.statements.at(-1)?.text).toBe('DROP TABLE a');
  });

  it('reads text behind many letters and many COPYs once', async () => {
    // counting lines from the start, or looking for the end of data, anew for each statement would not end in time
    const letters = await read('a.sql', `-- é\n${'SELECT 1;\n'.repeat(100_000)}`);
    expect(letters.kind === 'sql' && letters.statements.at(-1)?.line).toBe(100_001);
    expect(splitSql('COPY t FROM stdin;\n'.repeat(100_000), () => true)).toHaveLength(100_000);
    expect(splitSql('COPY t FROM stdin;\n;\n\\.\n'.repeat(3), () => true).map((p) => p.line)).toEqual([1, 4, 7]);
  });

  it.each(['/*!50000 DROP TABLE a */;', 'SELECT 1 /*! ; DROP TABLE a */;', '/*M!100100 DROP TABLE a */;'])('reads what MySQL runs and PostgreSQL skips: %s', async (text) => {
    const parsed = await read('a.sql', `SELECT 2;\n${text}\n`);
    expect(parsed.kind === 'sql' && parsed.statements.find((s) => s.node?.DropStmt !== undefined)).toMatchObject({ line: 2 });
  });

  it('says what of it cannot be read, and nothing of the settings of a dump', async () => {
    const parsed = await read('a.sql', "/*!40101 SET NAMES utf8 */;\n/*!40103 SET TIME_ZONE='+00:00' */;\n/*!40000 ALTER TABLE `a` DISABLE KEYS */;\n/*!50001 DROP TABEL a */;\n");
    expect(parsed.kind === 'sql' && parsed.statements).toMatchObject([{ line: 4, error: 'a comment that MySQL runs as a statement' }]);
  });

  it('reads the statements of a block, and says whether all of them', async () => {
    const block = async (body: string) => {
      const parsed = await read('a.sql', `DO $$ ${body} $$;`);
      const [first, ...rest] = parsed.kind === 'sql' ? parsed.statements : [];
      return [first?.read ?? false, ...rest.map((s) => Object.keys(s.node ?? {})[0])];
    };
    expect(await block('DECLARE n int := 0;\nBEGIN IF n = 0 THEN DROP TABLE a; ELSE ALTER TABLE b ADD c int; END IF; EXCEPTION WHEN others THEN NULL; END')).toEqual([
      true,
      'DropStmt',
      'AlterTableStmt',
    ]);
    expect(await block("BEGIN EXECUTE 'TRUNCATE a'; END")).toEqual([true, 'TruncateStmt']);
    expect(await block('BEGIN EXECUTE q; DROP TABLE a; END')).toEqual([false, 'DropStmt']);
    expect(await block('BEGIN PERFORM f(); END')).toEqual([false]);
    expect(await block(`BEGIN ${'DROP TABLE a;'.repeat(1_001)} END`)).toEqual([false]);
  });

  it('takes what a template puts in for a name', async () => {
    const parsed = await read('a.sql', 'DROP TABLE {{ index .Options "Namespace" }}.users;');
    expect(parsed.kind === 'sql' && parsed.statements.map((s) => s.node !== null)).toEqual([true]);
    const whole = await read('a.sql', '{{ template "x" }};');
    expect(whole.kind === 'sql' && whole.statements.map((s) => s.node !== null)).toEqual([false]);
  });

  it.each(["SELECT '/*! x */'", '-- /*! x */\nSELECT 1', '/* /*! x */ */ SELECT 1', 'SELECT 1 /* ! */'])('and not of %j', async (text) => {
    const parsed = await read('a.sql', text);
    expect(parsed.kind === 'sql' && parsed.statements.every((s) => s.node !== null)).toBe(true);
  });

  it.each([
    ['\\set ON_ERROR_STOP on', 0],
    ['\\set ON_ERROR_STOP off', 1],
    ['\\set ON_ERROR_STOP 0', 1],
    ['\\pset null x', 0],
    ['\\pset pager always', 1],
  ])('%s is %d finding', (command, count) => {
    expect(splitSql(`${command}\nSELECT 1;`, () => false).filter((p) => p.meta)).toHaveLength(count);
  });

  it('splits without losing a character that is not white space, comment or separator', () => {
    const token = fc.constantFrom("'a;b'", '"c;d"', '$$e;f$$', '$t$;$t$', 'x', '(', ')', ' ', '\n', ';', "E'\\';'", '1');
    fc.assert(
      fc.property(fc.array(token, { maxLength: 30 }), (parts) => {
        const bare = (s: string): string => s.replace(/[\s;]/g, '');
        return (
          bare(
            splitSql(parts.join(' '), () => false)
              .map((p) => p.text)
              .join(''),
          ) === bare(parts.join(' '))
        );
      }),
    );
  });
});

describe('other content', () => {
  it.each([
    ['a.ts', 'x', { kind: 'text', text: 'x' }],
    ['a.png', 'a\0b', { kind: 'binary' }],
    ['a.tf', 'a\0b', { kind: 'binary' }],
    ['main.tf.json', '{}', { kind: 'hcl' }],
    ['main.tf.json', '{', { kind: 'unreadable' }],
    ['data.bin', 'version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 12\n', { kind: 'large-file', oid: 'sha256:ab', size: '12' }],
    ['old.bin', 'version https://hawser.github.com/spec/v1\noid sha256:ab\n', { kind: 'large-file', oid: 'sha256:ab', size: 'unknown' }],
    ['a.tf', '\n version  https://git-lfs.github.com/spec/v9 resource\n', { kind: 'large-file', oid: 'unknown' }],
  ] as const)('%s', async (path, text, expected) => {
    expect(await read(path, text)).toMatchObject(expected);
  });

  it('is capped, and bytes that are not UTF-8 are refused where a parser would read them', async () => {
    expect(await read('a.txt', new Uint8Array(2 * 1024 * 1024 + 1).fill(97))).toMatchObject({ kind: 'unreadable' });
    expect(await read('a.tf', new Uint8Array([0x61, 0xff]))).toEqual({ kind: 'unreadable', why: 'not UTF-8' });
    expect(await read('a.txt', new Uint8Array([0x61, 0xff]))).toMatchObject({ kind: 'text' });
  });
});

describe('languages', () => {
  it('reads both sides of every record, links and pointers included', async () => {
    const { records, read: blobs } = sampleTree({
      'a.tf': ['a = 1\n', 'a = 2\n'],
      'new.sql': [null, 'SELECT 1'],
      gone: ['x', null],
      link: { before: 'x', after: '/etc/passwd', newMode: '120000' },
      sub: { before: 'x', after: 'y', oldMode: '160000', newMode: '160000' },
    });
    const files = await languages().parse(records, blobs);
    expect(files.map((f) => [f.path, f.status, f.base?.kind, f.head?.kind])).toEqual([
      ['a.tf', 'M', 'hcl', 'hcl'],
      ['new.sql', 'A', undefined, 'sql'],
      ['gone', 'D', 'text', undefined],
      ['link', 'M', 'text', 'symlink'],
      ['sub', 'M', 'gitlink', 'gitlink'],
    ]);
  });

  it('parses a blob once, wherever it stands, and once for each language', async () => {
    const files = Object.fromEntries(Array.from({ length: 3 }, (_, i) => [`${i}.sql`, [null, 'SELECT 1']] as const));
    const { records, read: blobs } = sampleTree({ ...files, 'x.txt': [null, 'SELECT 1'] });
    const [a, b, c, text] = await languages().parse(records, blobs);
    expect(a?.head).toBe(b?.head);
    expect(b?.head).toBe(c?.head);
    expect(text?.head).toEqual({ kind: 'text', text: 'SELECT 1' });
  });

  it('says so where an object is missing', async () => {
    const { records } = sampleTree({ 'a.tf': [null, 'a = 1'] });
    const [file] = await languages().parse(records, async () => []);
    expect(file?.head).toMatchObject({ kind: 'unreadable', why: 'the object is missing from this repository' });
  });
});
