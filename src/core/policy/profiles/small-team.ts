/** A handful of people who know each other's work: one other person, of whatever level. */
import type { Profile } from './profile.ts';

export const SMALL_TEAM: Profile = {
  summary: 'For a handful of people: one other person, of any level, where AI helped or something was found.',
  text: `# Profile small-team: one other person, of whatever level, where AI helped, something was found or it matters.
#
# It does not cover:
# - Level: the newest of you may answer for a dropped database. With seniors among you, extend profile:tiered instead.
# - Without a mark, a routine change outside systems of criticality 1 and 2 passes, whoever or whatever wrote it.
# - Two of you who sign for each other unread: nobody third looks.
# - A weekend with one of you there: nobody signs. State break_glass, or accept the wait.

version: 1

rules:
  - id: small-team.assisted
    description: An AI had a hand in it, so one of the others looks at it
    paths: ["**"]
    when: provenance.level >= assisted
    require: {humans: 1}

  - id: small-team.found
    description: Something was found, so one of the others looks at it
    paths: ["**"]
    when: risk.tier >= elevated
    require: {humans: 1}

  - id: small-team.critical-system
    description: It changes a system of criticality 1 or 2, so one of the others looks at it
    paths: ["**"]
    when: system.criticality <= 2
    require: {humans: 1}

  - id: small-team.deciding-files
    description: Files that decide who is asked and what runs on the way
    paths: ["**/CODEOWNERS", "**/.githooks/**", "**/.husky/**"]
    require: {humans: 1}

  - id: small-team.everything-else
    description: Whatever no other rule holds back passes by itself
    paths: ["**"]
    optional: true

tests:
  - name: a routine change passes
    people: [{id: ann, level: L4}, {id: bob, level: L4}, {id: cho, level: L4}]
    change: {paths: [src/a.ts], author: ann}
    expect: {result: allow}

  - name: an assisted one takes one of the others, of the same level
    people: [{id: ann, level: L4}, {id: bob, level: L4}, {id: cho, level: L4}]
    change: {paths: [src/a.ts], author: ann, provenance: {level: assisted}}
    expect: {result: pending, missing: [{rule: small-team.assisted, humans: 1, any_of: [bob, cho]}]}

  - name: so does whatever was found, however bad
    people: [{id: ann, level: L4}, {id: bob, level: L4}, {id: cho, level: L4}]
    change: {paths: [src/a.ts], author: ann, risk: {tier: critical}}
    signoffs: [{by: cho}]
    expect: {result: allow}

  - name: nobody signs for themselves
    people: [{id: ann, level: L4}, {id: bob, level: L4}, {id: cho, level: L4}]
    change: {paths: [src/a.ts], author: ann, risk: {tier: elevated}}
    signoffs: [{by: ann}]
    expect: {result: pending}

  - name: files that decide take one of the others
    people: [{id: ann, level: L4}, {id: bob, level: L4}, {id: cho, level: L4}]
    change: {paths: [CODEOWNERS], author: ann}
    expect: {result: pending, missing: [{rule: small-team.deciding-files, humans: 1, any_of: [bob, cho]}]}
`,
};
