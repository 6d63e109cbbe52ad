/** For a while after an outage: two people and a document for every change to what matters most. */
import { OPEN, PEOPLE, type Profile } from './profile.ts';

/** @param until null: it has no end. */
const text = (head: string, until: string | null): string => `${head}
#
# Two people and a document for every change to a system of criticality 1, on top of profile:tiered.
#
# It does not cover:
# - A system nobody listed, or listed with another criticality or too few paths.
# - What the document says: the gate sees that one is named, the two people read it.
# - Two juniors may be the two where people typed the change themselves, by proof; otherwise one of them is senior.

version: 1

extends: [profile:tiered]

declarations:
  trailers:
    - key: Change-Doc
      matches: "^(https://[^ ]+|[A-Z][A-Z0-9]*-[0-9]+)$"
      when: system.criticality <= 1
      reason: a change to a system of criticality 1 names its document, as https://... or as CHG-1042${until === null ? '' : `\n      until: ${until}`}

rules:
  - id: tier-one-reset.two-people
    description: Until the reset is over, two people answer for every change to a system of criticality 1
    paths: ["**"]
    when: system.criticality <= 1
    require: {humans: 2}${until === null ? '' : `\n    until: ${until}`}

tests:
  - name: elsewhere nothing changes
    ${PEOPLE}
    ${OPEN}
    change: {paths: [src/a.ts], author: jun}
    expect: {result: allow}

  - name: nor for what tiered asks
    ${PEOPLE}
    ${OPEN}
    change: {paths: [src/a.ts], author: jun, risk: {tier: high}}
    expect: {result: pending, missing: [{rule: tiered.high, humans: 1, any_of: [sen, top]}]}
`;

export const TIER_ONE_RESET: Profile = {
  summary: 'For ninety days after an outage: tiered, and two people and a document for every change to a system of criticality 1.',
  text: text(
    `# Profile tier-one-reset. It has no end of its own: it holds until you take it out of extends. For one that ends by itself:
#   countersign policy profile tier-one-reset --until 2027-03-01 > .countersign/tier-one-reset.yml
# and extend .countersign/tier-one-reset.yml in its place.`,
    null,
  ),
  ending: (until) => text(`# Profile tier-one-reset until ${until}. Save it as .countersign/tier-one-reset.yml, and extend that file.`, until),
};
