/** Every change an AI may have had a hand in, whoever wrote it. */
import { PEOPLE, type Profile } from './profile.ts';

export const EVERY_ASSISTED_CHANGE: Profile = {
  summary: 'Every change an AI may have had a hand in takes a senior who is not behind it. Silence counts as assisted.',
  text: `# Profile every-assisted-change: a senior who is not behind it answers for every change an AI may have had a hand in.
#
# Silence counts as assisted everywhere, and so does "Assisted-by: none": only proof says that a person typed it. Until such
# proof is common with you, this asks about every change there is. Simulate it before you switch it on.
#
# It does not cover:
# - Danger: one senior is enough however bad the finding. Extend profile:tiered as well for two in systems of criticality 1.
# - Changes people typed themselves, by proof.

version: 1

provenance:
  unattributed: assisted

rules:
  - id: every-assisted-change.senior
    description: An AI may have had a hand in it, so a senior who is not behind it answers for it
    paths: ["**"]
    when: provenance.level >= assisted
    require: {humans: 1, senior: true}

  - id: every-assisted-change.everything-else
    description: What people typed themselves, by proof, passes
    paths: ["**"]
    optional: true

tests:
  - name: an assisted change by a senior takes another senior
    ${PEOPLE}
    change: {paths: [src/a.ts], author: sen, provenance: {level: assisted}}
    expect: {result: pending, missing: [{rule: every-assisted-change.senior, humans: 1, any_of: [top]}]}

  - name: silence counts as assisted
    ${PEOPLE}
    change: {paths: [src/a.ts], author: jun}
    expect: {result: pending, missing: [{rule: every-assisted-change.senior, humans: 1, any_of: [sen, top]}]}

  - name: and so does a denial
    ${PEOPLE}
    change: {paths: [src/a.ts], author: jun, message: "Fix\\n\\nAssisted-by: none\\n"}
    expect: {result: pending, missing: [{rule: every-assisted-change.senior, humans: 1, any_of: [sen, top]}]}

  - name: the prompter may not sign what the agent made
    ${PEOPLE}
    change: {paths: [src/a.ts], author: jun, provenance: {level: agent, prompter: sen}}
    signoffs: [{by: sen}]
    expect: {result: pending, missing: [{rule: every-assisted-change.senior, humans: 1, any_of: [top]}], ignored: [{by: sen, reason: SOD_PROMPTER}]}

  - name: one senior lets it pass
    ${PEOPLE}
    change: {paths: [src/a.ts], author: jun, provenance: {level: assisted}}
    signoffs: [{by: sen}]
    expect: {result: allow}
`,
};
