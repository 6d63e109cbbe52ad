/** The words of a policy that are chosen from a list. */

export const STAGES = ['intent', 'implementation', 'deploy'] as const;
export type Stage = (typeof STAGES)[number];

/** `passkey`: a present, verified human on any enrolled authenticator. `hardware`: one whose certificate chain was checked. */
export const PRESENCES = ['passkey', 'hardware'] as const;
export type Presence = (typeof PRESENCES)[number];

/**
 * Who may not sign beside everybody behind the change: the manager or the reports of somebody there, or members of the
 * same team. The people behind the change are out whether a policy names them or not.
 */
export const RELATIONS = ['manager', 'report', 'same-team'] as const;
export type Relation = (typeof RELATIONS)[number];

/** Least strict first. */
export const MODES = ['observe', 'warn', 'enforce'] as const;
export type Mode = (typeof MODES)[number];

/** How content moved since it was signed, least first. */
export const CHANGE_CLASS_NAMES = ['no-change', 'message', 'trivial-rebase', 'context-moved', 'rework'] as const;
export type ChangeClassName = (typeof CHANGE_CLASS_NAMES)[number];

/** What becomes of a sign-off then, least strict first. */
export const CARRY_WORDS = ['keep', 'recheck', 'revoke'] as const;
export type CarryWord = (typeof CARRY_WORDS)[number];
