/**
 * What a shipped profile is. Its text is a layer of policy: rules, terms and tests, and nothing a profile cannot know. So it
 * names no level of a ladder, no ref and no system; `senior` and `senior_to: author` fit whatever ladder extends it.
 */
export interface Profile {
  /** One line, for whoever chooses among them. */
  readonly summary: string;
  /** YAML, as `countersign policy profile NAME` prints it. */
  readonly text: string;
  /** The same with an end; absent where the profile has no use for one. @param until as policies write moments: `2027-03-01`. */
  readonly ending?: (until: string) => string;
}

/** Who there is in the tests of profiles: levels of the starter's ladder, senior from L6. With another ladder they are skipped. */
export const PEOPLE = 'people: [{id: jun, level: L4}, {id: mid, level: L5}, {id: sen, level: L6}, {id: top, level: L7}]';
/** Reviews after landing found nothing. */
export const OPEN = 'lane: {sampled: 50, escapes: 0}';
