/**
 * The landing as the log has it: which move of which ref, and which sign-offs it counted. The entry says the move; the body
 * beside it the nonces, which in the entry would undo the salt of the signers' names.
 */
import type { Bytes } from '../base/crypto.ts';
import { err, ok, type Problem, problem, type Result } from '../base/result.ts';
import type { Oid } from '../change/change.ts';
import type { Entry } from '../log/entry.ts';
import { parseStrictJson } from './strict-json.ts';

/** A move of a ref. */
export interface Move {
  readonly old: Oid;
  readonly new: Oid;
}

export interface Landing extends Move {
  readonly repo: string;
  readonly targetRef: string;
  readonly nonces: ReadonlySet<string>;
  /** Milliseconds since 1970, by the log. */
  readonly at: number;
}

/** Where in the log it stands. */
export interface PlacedLanding extends Landing {
  readonly index: number;
}

/** @param body whose digest the entry names. Problems: LOG_FORMAT. */
export function landingOf(entry: Entry, body: Bytes): Result<Landing> {
  const { repo, ref, old, new: head } = entry.fields;
  const said = parseStrictJson(body);
  const nonces = said.ok && typeof said.value === 'object' && said.value !== null && 'nonces' in said.value ? said.value.nonces : undefined;
  const isMove = [repo, ref, old, head].every((field) => typeof field === 'string');
  if (!isMove || !Array.isArray(nonces)) return err(problem('LOG_FORMAT', 'the landing does not say what moved, or which sign-offs it counted'));
  return ok({ repo: String(repo), targetRef: String(ref), old: String(old), new: String(head), nonces: new Set(nonces.map(String)), at: entry.at });
}

/** It is the landing of what the verifier looks at. @param moves those that hold the commit, in the verifier's own clone. */
export function landsHere(landing: Landing, at: { readonly repo: string; readonly targetRef: string; readonly moves?: readonly Move[] }): readonly Problem[] {
  const rules: readonly (readonly [boolean, Problem])[] = [
    [landing.repo === at.repo, problem('ST_REPO', `the landing is of repository ${landing.repo}, not ${at.repo}`)],
    [landing.targetRef === at.targetRef, problem('ST_REF', `the landing is of ${landing.targetRef}, not ${at.targetRef}`)],
    [
      at.moves?.some((m) => m.old === landing.old && m.new === landing.new) === true,
      problem('CONTENT_MISMATCH', `the landing moved the ref from ${landing.old.slice(0, 12)} to ${landing.new.slice(0, 12)}, which did not bring this commit`),
    ],
  ];
  return rules.flatMap(([holds, wrong]) => (holds ? [] : [wrong]));
}
