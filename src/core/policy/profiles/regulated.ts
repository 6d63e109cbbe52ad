/** Where failure hurts people: independence by criticality, and a trail from every change to what asked for it. */
import type { Profile } from './profile.ts';

export const REGULATED: Profile = {
  summary: 'Where failure hurts people: independent reviewers by criticality, traced requirements, nothing passes by itself.',
  text: `# Profile regulated: independent people by criticality, a trail from every change to what asked for it, and no lane that
# passes by itself. Say how bad a failure of a system is by its criticality:
#
#   1  may kill or injure seriously        as level A of DO-178C, class C of IEC 62304
#   2  may injure, or leaves no margin     as level B,            class C or B
#   3  makes work harder, may lead there   as level C,            class B
#   4  is a nuisance                       as level D,            class A
#
# A path of no system has no criticality; it takes one other person like a nuisance, so list every system.
#
# No exception reaches these rules, and there is no break-glass. A file that extends this could still state break_glass;
# under a floor of the organisation that extends it, no repository can.
#
# It does not cover:
# - Whether the requirement exists, is right, or is met, and whether anything was tested: the gate sees that they are named.
# - Independence the roster does not know: state manager and teams of everybody, for what is not stated excludes nobody.
# - Conformity with a standard. It is a mechanism an assessor can look at.

version: 1

provenance:
  unattributed: assisted
submodules: refuse
large_files: refuse

declarations:
  assistance: required
  trailers:
    - key: Traces-To
      matches: "^[A-Z][A-Z0-9]*-[0-9]+(, *[A-Z][A-Z0-9]*-[0-9]+)*$"
      reason: every change names the requirement or problem report it comes from, such as REQ-204 or PR-17
    - key: Verified-By
      matches: "^[A-Z][A-Z0-9]*-[0-9]+(, *[A-Z][A-Z0-9]*-[0-9]+)*$"
      when: system.criticality <= 2
      reason: a change that can injure names the record of its verification, such as TR-88

rules:
  - id: regulated.every-change
    description: Nothing passes without another person
    paths: ["**"]
    require: {humans: 1}

  - id: regulated.criticality-3
    description: A failure may lead to harm, so somebody outside the author's line of management looks at it
    paths: ["**"]
    when: system.criticality <= 3
    require: {humans: 1, not: [manager, report]}

  - id: regulated.dangerous
    description: Something dangerous was found, so somebody senior from another team answers for it
    paths: ["**"]
    when: risk.tier >= high && system.criticality >= 2
    require: {humans: 1, senior: true, not: [manager, report, same-team]}

  - id: regulated.criticality-2
    description: A failure may injure, so somebody senior from another team answers for it, and for what became of it since
    paths: ["**"]
    when: system.criticality == 2
    require: {humans: 1, senior: true, not: [manager, report, same-team]}
    on_change: {trivial-rebase: recheck, context-moved: revoke}

  - id: regulated.criticality-1
    description: A failure may kill, so two people from other teams answer for it with hardware keys, one of them senior
    paths: ["**"]
    when: system.criticality <= 1
    require: {humans: 2, not: [manager, report, same-team], presence: hardware}
    on_change: {message: recheck, trivial-rebase: revoke, context-moved: revoke}

  - id: regulated.criticality-1-senior
    description: One of the two is senior
    paths: ["**"]
    when: system.criticality <= 1
    require: {humans: 1, senior: true, not: [manager, report, same-team], presence: hardware}

  - id: regulated.deciding-files
    description: Files that decide who is asked and what runs on the way
    paths: ["**/CODEOWNERS", "**/.githooks/**", "**/.husky/**"]
    require: {humans: 1, senior: true}

tests:
  - name: nothing passes by itself
    people: [{id: jun, level: L4, teams: [pump], manager: sen}, {id: mid, level: L5, teams: [pump]}, {id: sen, level: L6, teams: [flow]}, {id: top, level: L7, teams: [flow]}]
    change: {paths: [src/a.ts], author: jun, message: "Clamp the dose\\n\\nAssisted-by: none\\nTraces-To: REQ-204\\n"}
    expect: {result: pending, rules: [regulated.every-change], missing: [{rule: regulated.every-change, humans: 1, any_of: [mid, sen, top]}]}

  - name: not without what it traces to
    people: [{id: jun, level: L4, teams: [pump], manager: sen}, {id: mid, level: L5, teams: [pump]}, {id: sen, level: L6, teams: [flow]}, {id: top, level: L7, teams: [flow]}]
    change: {paths: [src/a.ts], author: jun, message: "Clamp the dose\\n\\nAssisted-by: none\\n"}
    signoffs: [{by: sen}]
    expect: {result: deny, codes: [DECLARATION_MISSING]}

  - name: nor without a word about AI
    people: [{id: jun, level: L4, teams: [pump], manager: sen}, {id: mid, level: L5, teams: [pump]}, {id: sen, level: L6, teams: [flow]}, {id: top, level: L7, teams: [flow]}]
    change: {paths: [src/a.ts], author: jun, message: "Clamp the dose\\n\\nTraces-To: REQ-204\\n"}
    signoffs: [{by: sen}]
    expect: {result: deny, codes: [DECLARATION_MISSING]}

  - name: something dangerous takes a senior of another team who does not manage the author
    people: [{id: jun, level: L4, teams: [pump], manager: sen}, {id: mid, level: L5, teams: [pump]}, {id: sen, level: L6, teams: [flow]}, {id: top, level: L7, teams: [flow]}]
    change: {paths: [src/a.ts], author: jun, message: "Clamp the dose\\n\\nAssisted-by: none\\nTraces-To: REQ-204\\n", risk: {tier: high}}
    expect: {result: pending, missing: [{rule: regulated.dangerous, humans: 1, any_of: [top]}]}

  - name: with that person it lands
    people: [{id: jun, level: L4, teams: [pump], manager: sen}, {id: mid, level: L5, teams: [pump]}, {id: sen, level: L6, teams: [flow]}, {id: top, level: L7, teams: [flow]}]
    change: {paths: [src/a.ts], author: jun, message: "Clamp the dose\\n\\nAssisted-by: none\\nTraces-To: REQ-204\\n", risk: {tier: critical}}
    signoffs: [{by: top}]
    expect: {result: allow}
`,
};
