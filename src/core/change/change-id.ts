/** The name a change goes by: short enough to read aloud, derived so that nobody can pick it. */
import { sha256Hex } from '../base/crypto.ts';

/** 16 hex digits over repository, target ref and manifest: the same content for the same ref is the same change. */
export const changeId = (of: { repo: string; targetRef: string; manifest: string }): string => sha256Hex(`${of.repo}\0${of.targetRef}\0${of.manifest}`).slice(0, 16);

/** The change that a statement is about, as its signer says. */
export const ownChange = (c: { repo: string; targetRef: string; manifest: { sha256: string } }): string =>
  changeId({ repo: c.repo, targetRef: c.targetRef, manifest: c.manifest.sha256 });
