/**
 * The reasoning trail: what the agent said it would do, the commands it ran, the tests among them. The log holds a digest of
 * each; the text is kept beside it, without secrets and cut to size, and can be thrown away without breaking the log.
 */
import { utf8 } from '../../base/bytes.ts';
import { sha256Hex } from '../../base/crypto.ts';
import { redacted } from './redact.ts';

export type TrailKind = 'plan' | 'command' | 'test';

export interface TrailText {
  readonly kind: TrailKind;
  /** Of the text as it is kept: it proves that text, and gives away nothing of what was taken out. */
  readonly sha256: string;
  readonly text: string;
  /** Characters that were cut off its end. */
  readonly cut: number;
}

/** Characters. Beyond the first nothing is even looked at. */
const READ = 256 << 10;
const KEPT: { readonly [kind in TrailKind]: number } = { plan: 16 << 10, command: 4 << 10, test: 4 << 10 };

export function trailText(kind: TrailKind, said: string): TrailText {
  const clean = redacted(said.slice(0, READ));
  const text = clean.slice(0, KEPT[kind]).toWellFormed();
  return { kind, sha256: sha256Hex(utf8(text)), text, cut: clean.length - text.length + Math.max(0, said.length - READ) };
}

export const commandText = (command: string): TrailText => trailText(isTest(command) ? 'test' : 'command', command);

const RUNNERS =
  /(?:^|[\s;&|(/])(?:(?:npm|pnpm|yarn|bun|deno|cargo|go|mvn|mvnw|gradle|gradlew|dotnet|swift|mix|sbt|bazel|buck2?|rake|make|just|task|composer|flutter|dart|lein|stack|cabal|zig)(?:\s+[\w:./=@-]+){0,3}?\s+[\w:./-]{0,60}\b(?:tests?|check|verify|spec)\b|(?:vitest|jest|mocha|ava|tap|pytest|py\.test|tox|nox|rspec|phpunit|pest|ctest|gotestsum|nextest|playwright|cypress|bats|prove|busted)(?=$|[\s;&|)])|python3?\s+-m\s+(?:pytest|unittest)\b|node\s+--test\b)/;

/** A command that runs tests, by the name of a runner: a hint for whoever reads, and nothing depends on it. */
export const isTest = (command: string): boolean => RUNNERS.test(command.slice(0, 4_000));
