/** People out of commits: addresses join, names never do, bots are nobody, and levels follow what landed in the year before. */
import { describe, expect, test } from 'vitest';
import { landed } from '../../testing/history.ts';
import { utf8 } from '../base/bytes.ts';
import { loadPolicy } from '../policy/load.ts';
import { STARTER_POLICY } from '../policy/starter.ts';
import { handsOf } from './hands.ts';
import { BOT_OWNER, inferRoster } from './inferred-roster.ts';
import { mailmap } from './mailmap.ts';

function policyOf(text: string) {
  const policy = loadPolicy(utf8(text), 'p');
  if (!policy.ok) throw new Error(policy.error[0]?.message);
  return policy.value;
}
const STARTER = policyOf(STARTER_POLICY);
const NONE: ReadonlyMap<string, string> = new Map();
const DAY = 86_400_000;
const id = (i: number): string => i.toString(16).padStart(40, '0');

/** `Ann*5` landed five commits, at this time. */
const by = (at: number, ...words: readonly string[]) =>
  landed(...words.flatMap((w) => Array.from({ length: Number(w.split('*')[1] ?? 1) }, () => w.split('*')[0] ?? '')).map((author, i) => ({ id: id(i), author, at })));

describe('levels', () => {
  const many = Array.from({ length: 40 }, (_, i) => `Person ${String.fromCharCode(97 + (i % 26))}${i < 26 ? '' : 'x'}*${80 - i}`);

  test('the few who land most stand highest, in shares of all', () => {
    const { people } = inferRoster(handsOf(by(0, ...many), NONE), STARTER).at(0);
    const count = (level: string): number => people.filter((p) => p.level === level && p.id !== BOT_OWNER).length;
    expect(['L7', 'L6', 'L5', 'L4'].map(count)).toEqual([2, 6, 12, 20]);
    expect(people.find((p) => p.id === 'person-a')?.level).toBe('L7');
  });

  test('two stand at the top however few there are', () => {
    const { people } = inferRoster(handsOf(by(0, 'Ann*3', 'Bob*2', 'Cy'), NONE), STARTER).at(0);
    expect(people.map((p) => `${p.id} ${p.level}`)).toEqual(['ann L7', 'bob L7', 'cy L6', `${BOT_OWNER} L4`]);
  });

  test('a ladder of two has no level between', () => {
    const two = policyOf(
      STARTER_POLICY.replace('[L4, L5, L6, L7]', '[junior, senior_one]')
        .replace('senior: L6', 'senior: senior_one')
        .replaceAll(/level: L\d/g, 'level: senior_one'),
    );
    const { people } = inferRoster(handsOf(by(0, 'Ann*3', 'Bob*2', 'Cy*2', 'Di'), NONE), two).at(0);
    expect(people.slice(0, 4).map((p) => p.level)).toEqual(['senior_one', 'senior_one', 'senior_one', 'junior']);
  });

  test('only the year before counts, and whoever was not there yet or any more is not on the roster', () => {
    const hands = handsOf([...by(0, 'Old*9'), ...by(300 * DAY, 'Ann*2'), ...by(900 * DAY, 'New')], NONE);
    const there = (at: number): readonly string[] =>
      inferRoster(hands, STARTER)
        .at(at)
        .people.map((p) => p.id);
    expect(there(0)).toEqual(['old', BOT_OWNER]);
    expect(there(300 * DAY)).toEqual(['old', 'ann', BOT_OWNER]);
    expect(there(900 * DAY)).toEqual(['new', BOT_OWNER]);
  });
});

test('seats that name teams and domains can be filled by seniors, and the notes say it is assumed', () => {
  const named = policyOf(
    STARTER_POLICY.replace('require: {humans: 1, level: L5}', 'require: {humans: 1, level: L5, from: {teams: [sre], people: [nobody-seen]}, domains: [databases]}'),
  );
  const inferred = inferRoster(handsOf(by(0, 'Ann*9', 'Bob*8', 'Cy*7', 'Di*6', 'Ed*5', 'Flo'), NONE), named);
  expect(inferred.at(0).people.map((p) => `${p.level}${p.teams}${p.domains}`)).toEqual([
    'L7sredatabases',
    'L7sredatabases',
    'L6sredatabases',
    'L5',
    'L5',
    'L4',
    'L7sredatabases',
    'L4',
  ]);
  expect(inferred.at(0).people.at(-2)).toMatchObject({ id: 'nobody-seen', emails: [] });
  expect(inferred.notes.join('\n')).toMatch(/databases[\s\S]*nobody-seen/);
  expect(inferRoster(handsOf([], NONE), STARTER).notes.join('\n')).not.toMatch(/teams/);
});

describe('people', () => {
  const rosterOf = (landings: ReturnType<typeof landed>, joined = NONE) => inferRoster(handsOf(landings, joined), STARTER).at(0);

  test('are addresses: two of one name are two, and one of two names is one', () => {
    const roster = rosterOf(
      landed(
        { id: id(1), at: 0, author: 'Sam', email: 'sam@one.example' },
        { id: id(2), at: 0, author: 'Sam', email: 'SAM@two.example' },
        { id: id(3), at: 0, author: 'Samuel', email: 'sam@one.example' },
      ),
    );
    expect(roster.people.map((p) => [p.id, p.name, ...p.emails])).toEqual([
      ['samuel', 'Samuel', 'sam@one.example'],
      ['sam', 'Sam', 'sam@two.example'],
      [BOT_OWNER, 'whoever answers for bots'],
    ]);
  });

  test('whose addresses .mailmap joins are one', () => {
    const twice = landed({ id: id(1), at: 0, author: 'Sam', email: 'sam@one.example' }, { id: id(2), at: 0, author: 'Sam', email: 'sam@two.example' });
    expect(rosterOf(twice, mailmap('Sam <sam@one.example> <SAM@two.example>')).people[0]?.emails).toEqual(['sam@one.example', 'sam@two.example']);
  });

  test('who only help are there, and never count as having landed anything', () => {
    const roster = rosterOf(
      landed({ id: id(1), at: 0, author: 'Ann', message: 'x\n\nCo-authored-by: Bob <bob@example.org>\n' }, { id: id(2), at: 0, author: 'Ann' }, { id: id(3), at: 0, author: 'Cy' }),
    );
    expect(roster.people.map((p) => p.id)).toEqual(['ann', 'cy', 'bob', BOT_OWNER]);
  });

  test('are not bots: those are agents that nobody real answers for', () => {
    const roster = rosterOf(
      landed(
        { id: id(1), at: 0, author: 'dependabot[bot]', email: '49699333+dependabot[bot]@users.noreply.github.com' },
        { id: id(2), at: 0, author: 'Ann' },
        { id: id(3), at: 0, author: 'owner-of-bots', email: 'liar@example.org' },
      ),
    );
    expect(roster.agents.map((a) => [a.id, a.owner])).toEqual([['dependabot-bot', BOT_OWNER]]);
    expect(roster.people.map((p) => p.id)).toEqual(['ann', 'owner', BOT_OWNER]);
  });

  test('with names of nothing, or of anything, have ids a roster could hold', () => {
    const names = ['', '   ', '李雷', 'é', '../../x', 'a'.repeat(300), '-', 'Ann', 'ann', 'ANN!'];
    const roster = rosterOf(landed(...names.map((author, i) => ({ id: id(i), at: 0, author, email: `${i}@example.org` }))));
    const ids = roster.people.map((p) => p.id);
    expect(new Set(ids).size).toBe(names.length + 1);
    for (const one of ids) expect(one).toMatch(/^[a-z0-9][a-z0-9._-]{0,63}$/);
  });
});

describe('.mailmap', () => {
  test('that chains thousands of addresses is followed once', () => {
    const map = mailmap(Array.from({ length: 30_000 }, (_, i) => `A <a${i + 1}@x> <a${i}@x>`).join('\n'));
    expect([map.size, map.get('a0@x'), map.get('a29999@x')]).toEqual([30_000, 'a30000@x', 'a30000@x']);
  });

  test('joins addresses, in every form of a line', () => {
    const map = mailmap('# comment <a@x> <b@x>\nProper <p@x> Other <o@x>\n<p@x> <q@x>\nProper <alone@x>\n  Name <n@x> <N@y> # why\nbroken <\n');
    expect([...map]).toEqual([
      ['o@x', 'p@x'],
      ['q@x', 'p@x'],
      ['n@y', 'n@x'],
    ]);
  });

  test('follows a chain, leaves a circle, and joins nobody by an address of several', () => {
    expect(mailmap('<b@x> <a@x>\n<c@x> <b@x>').get('a@x')).toBe('c@x');
    expect(mailmap('<b@x> <a@x>\n<a@x> <b@x>').get('a@x')).toBe('a@x');
    expect(mailmap('Ann <ann@x> Ann <root@localhost>\nBob <bob@x> Bob <root@localhost>').has('root@localhost')).toBe(false);
  });
});
