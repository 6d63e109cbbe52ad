/** What Amazon asked of its engineers in 2026: below senior, an AI-assisted change takes a senior's signature. */
import { PEOPLE, type Profile } from './profile.ts';

export const SENIOR_SIGN_OFF: Profile = {
  summary: 'AI-assisted changes by people below senior take the signature of somebody senior. Nothing else is asked.',
  text: `# Profile senior-sign-off: below senior, an AI-assisted change takes a senior's signature.
#
# Whoever stands behind a change counts with the lowest level among author, committer, pusher and owner of an agent, so a
# senior's name on the commit or a senior's push does not lift the rule, and it takes that senior off the list of signers.
#
# It does not cover:
# - Silence counts as assisted only where something was found or a system of criticality 1 or 2 is touched. Elsewhere whoever
#   strips the mark is not asked. To close that: provenance: {unattributed: assisted}.
# - Changes by seniors, assisted or not, dangerous or not: they are asked nothing. Extend profile:tiered as well for those.
# - Changes people typed themselves, by proof, however dangerous.

version: 1

rules:
  - id: senior-sign-off.assisted-below-senior
    description: An AI had a hand in it and the author is not senior, so somebody senior answers for it
    paths: ["**"]
    when: provenance.level >= assisted && !author.senior
    require: {humans: 1, senior: true, senior_to: author}

  - id: senior-sign-off.everything-else
    description: Nothing else is asked
    paths: ["**"]
    optional: true

tests:
  - name: an assisted change by a junior takes a senior
    ${PEOPLE}
    change: {paths: [src/a.ts], author: jun, provenance: {level: assisted}}
    expect: {result: pending, rules: [senior-sign-off.assisted-below-senior], missing: [{rule: senior-sign-off.assisted-below-senior, humans: 1, any_of: [sen, top]}]}

  - name: and passes with one
    ${PEOPLE}
    change: {paths: [src/a.ts], author: mid, provenance: {level: agent}}
    signoffs: [{by: top}]
    expect: {result: allow}

  - name: a senior pushing it does not make it a change by a senior
    ${PEOPLE}
    change: {paths: [src/a.ts], author: jun, pusher: sen, provenance: {level: assisted}}
    expect: {result: pending, missing: [{rule: senior-sign-off.assisted-below-senior, humans: 1, any_of: [top]}]}

  - name: an assisted change by a senior passes
    ${PEOPLE}
    change: {paths: [src/a.ts], author: sen, provenance: {level: assisted}}
    expect: {result: allow}

  - name: silence where something was found counts as assisted
    ${PEOPLE}
    change: {paths: [src/a.ts], author: jun, risk: {tier: elevated}}
    expect: {result: pending, missing: [{rule: senior-sign-off.assisted-below-senior, humans: 1, any_of: [sen, top]}]}

  - name: silence elsewhere passes
    ${PEOPLE}
    change: {paths: [src/a.ts], author: jun}
    expect: {result: allow}
`,
};
