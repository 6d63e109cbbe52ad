/**
 * META008: a test deleted, skipped or left without its assertions, in the change that edits the code under it. A test that only
 * moves, within the change, is still there. Which code a test is of is read from names: `order.test.ts`, `test_order.py`,
 * `OrderTest.java`, `order_spec.rb` are of `order`.
 */
import type { FileEvidence, Parsed } from '../evidence.ts';
import { rule } from '../finding.ts';
import { type NewLine, textOf } from '../lines.ts';
import type { Detector, Finding } from '../risk.ts';
import { baseName, isCode, isTest } from './files.ts';
import { newRaw, rawLines } from './raw-lines.ts';

const META008 = rule('META008', 'test-removed', 'elevated', 'inferred', ['another test asserts the same', 'the behaviour it tested is gone on purpose']);

const CASE =
  /^\s*(?:(?:it|test|specify|scenario|describe|context)(?:\.\w+)?\s*\(?\s*(["'`])(?<js>.{1,200}?)\1|(?:async\s+)?def\s+(?<py>test\w*)|func\s+(?<go>Test\w+)\s*\(|(?:pub\s+)?(?:async\s+)?fn\s+(?<rs>\w+)\s*\(\s*\)|(?:public\s+)?(?:void|function|async\s+Task|Task)\s+(?<java>\w*[Tt]est\w*)\s*\()/;
const SKIP =
  /\b(?:x(?:it|describe|test|context)|(?:it|test|describe|context|suite)\.(?:skip|todo|fixme|fails?))\s*[(.]|@(?:pytest\.mark\.(?:skip|xfail)|unittest\.(?:skip|expectedFailure)|Ignore\b|Disabled\b)|\bt\.Skip(?:Now|f)?\(|#\[ignore\b|\bpytest\.skip\(|\bself\.skipTest\(|^\s*(?:skip|pending)\b(?:\s|\(|$)|\$this->markTest(?:Skipped|Incomplete)\(|\[(?:Ignore|Fact\(Skip)/;
const ASSERTION =
  /\b(?:assert\w*|expect(?:_\w+)?|should(?:\.\w+)?|verify|require\.\w+|XCTAssert\w*|EXPECT_\w+|ASSERT_\w+)\s*[!(.]|^\s*assert\s|\bt\.(?:Error|Fatal)f?\(|\.should\b|is_expected/;

export const testsRemoved: Detector = {
  id: 'tests-removed',
  detect: ({ files }) => {
    const subjects = new Set(files.filter((f) => isCode(f.path) && !isTest(f.path)).map((f) => stem(f.path)));
    if (subjects.size === 0) return [];
    const there = new Set(files.filter((f) => isTest(f.path)).flatMap((f) => cases(f.head)));
    return files.filter((f) => isTest(f.path) && f.base !== undefined && subjects.has(stem(f.path))).flatMap((f) => ofFile(f, there));
  },
};

/** `OrderServiceTest.java` and `order_service.py` are of the same thing. */
export const stem = (path: string): string =>
  baseName(path)
    .replace(/(?:\.[a-z\d]{1,5})+$/i, (tail) => (/^\.(?:test|spec|e2e|cy)\b/i.test(tail) ? '' : tail.replace(/\.[a-z\d]{1,5}$/i, '')))
    .replace(/\.(?:test|spec|tests)$/i, '')
    .replace(/^tests?[_-]|[_-](?:tests?|spec)$|(?:Tests?|Spec|IT)$/g, '')
    .replace(/[_-]/g, '')
    .toLowerCase();

function ofFile(file: FileEvidence, there: ReadonlySet<string>): readonly Finding[] {
  const gone = cases(file.base).filter((name) => !there.has(name));
  if (file.head === undefined && gone.length > 0) return [say(file, 'base', undefined, `${file.path} is deleted, and the code it tests changes`, gone.join(', '))];
  if (gone.length > 0)
    return [
      say(file, 'base', undefined, `${gone.length === 1 ? 'a test is' : `${gone.length} tests are`} taken out of ${file.path}, and the code under test changes`, gone.join(', ')),
    ];
  const skipped = count(file.head, SKIP) > count(file.base, SKIP) ? newRaw(file).find((l) => SKIP.test(l.text)) : undefined;
  if (skipped !== undefined) return [say(file, 'head', skipped, `a test in ${file.path} is skipped, and the code under test changes`, skipped.text.trim())];
  const [before, after] = [count(file.base, ASSERTION), count(file.head, ASSERTION)];
  if (after >= before || file.head === undefined) return [];
  return [say(file, 'head', undefined, `${file.path} asserts less than before, and the code under test changes`, `${before} -> ${after} assertions`)];
}

const cases = (side: Parsed | undefined): readonly string[] =>
  textOf(side) === ''
    ? []
    : rawLines(side).flatMap(({ text }) => {
        const { js, py, go, rs, java } = CASE.exec(text.slice(0, 400))?.groups ?? {};
        return [js ?? py ?? go ?? rs ?? java ?? ''].filter((name) => name !== '');
      });

const count = (side: Parsed | undefined, word: RegExp): number => rawLines(side).filter((l) => word.test(l.text.slice(0, 400))).length;

const say = (file: FileEvidence, side: 'base' | 'head', at: NewLine | undefined, what: string, fact: string): Finding =>
  META008({ place: { path: file.path, side, ...(at === undefined ? {} : { line: at.line }) }, what, because: [['tests', fact]] });
