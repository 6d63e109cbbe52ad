/** One person and their agents: the same signature as everywhere, after a wait, and recorded as what it is. */
import type { Profile } from './profile.ts';

export const SOLO: Profile = {
  summary: 'For one person alone: you sign your own dangerous changes, present and twelve hours later, and the record says so.',
  text: `# Profile solo: one person alone signs their own dangerous changes, after a wait, and the record says that nobody else looked.
#
# It holds while the roster has one person. With a second one, and wherever somebody unknown stands behind a change, the
# author may not sign: then somebody else must.
#
# It does not cover:
# - A second pair of eyes. The wait and the signature keep an agent from landing what you never read; they find no mistake
#   of yours.
# - An agent that works with your passkey unlocked beside you: keep the key where only your hand is.
# - Without a mark, a routine change outside systems of criticality 1 and 2 passes, whoever or whatever wrote it.

version: 1

# A night between the change and its signature.
solo: {cool_down: 12h}

rules:
  - id: solo.found
    description: Something was found, so you sign for it after the wait
    paths: ["**"]
    when: risk.tier >= elevated
    require: {humans: 1}

  - id: solo.agent
    description: An agent made it, so you sign for it after the wait
    paths: ["**"]
    when: provenance.level >= agent
    require: {humans: 1}

  - id: solo.critical-system
    description: An AI may have had a hand in a change to a system of criticality 1 or 2
    paths: ["**"]
    when: provenance.level >= assisted && system.criticality <= 2
    require: {humans: 1}

  - id: solo.everything-else
    description: Whatever no other rule holds back passes by itself
    paths: ["**"]
    optional: true

tests:
  - name: a routine change passes
    people: [{id: ann, level: L4}]
    change: {paths: [src/a.ts], author: ann}
    expect: {result: allow}

  - name: a dangerous one takes the signature of the only person, after the wait
    people: [{id: ann, level: L4}]
    change: {paths: [src/a.ts], author: ann, risk: {tier: high}}
    first_seen: 2027-03-01T18:00Z
    signoffs: [{by: ann, at: 2027-03-02T06:00Z}]
    expect: {result: allow}

  - name: and not before
    people: [{id: ann, level: L4}]
    change: {paths: [src/a.ts], author: ann, risk: {tier: high}}
    first_seen: 2027-03-01T18:00Z
    signoffs: [{by: ann, at: 2027-03-02T05:59Z}]
    expect: {result: pending, ignored: [{by: ann, reason: SOLO}]}

  - name: what an agent made waits too
    people: [{id: ann, level: L4}]
    change: {paths: [src/a.ts], author: ann, provenance: {level: agent}}
    expect: {result: pending, rules: [solo.agent]}

  - name: with a second person there, the author does not sign
    people: [{id: ann, level: L4}, {id: bob, level: L4}]
    change: {paths: [src/a.ts], author: ann, risk: {tier: high}}
    first_seen: 2027-03-01T18:00Z
    signoffs: [{by: ann, at: 2027-03-02T06:00Z}]
    expect: {result: pending, missing: [{rule: solo.found, humans: 1, any_of: [bob]}]}
`,
};
