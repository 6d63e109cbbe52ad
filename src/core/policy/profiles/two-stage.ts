/** Agree on what is meant before it is built, then on what was built. */
import { OPEN, PEOPLE, type Profile } from './profile.ts';

export const TWO_STAGE: Profile = {
  summary: 'Tiered, and for dangerous, critical and agent-made work somebody agrees to the intent before it is built.',
  text: `# Profile two-stage: somebody agrees to what is meant before it is built, and again to what was built. On top of tiered.
#
# It does not cover:
# - An intent so wide that anything fits it. Whoever signs the implementation holds it against the intent.
# - Work built first and its intent written afterwards: both signatures are there before it lands, and what was built when
#   is not seen.
# - A routine change by a person, with or without suggestions, outside systems of criticality 1 and 2: no intent is asked.

version: 1

extends: [profile:tiered]

rules:
  - id: two-stage.dangerous
    description: Something dangerous was found, so somebody senior agrees to the intent, and to what became of it
    paths: ["**"]
    when: risk.tier >= high
    require: {humans: 1, senior: true, stages: [intent, implementation]}

  - id: two-stage.critical-system
    description: It changes a system of criticality 1 or 2, so somebody senior agrees to the intent, and to what became of it
    paths: ["**"]
    when: system.criticality <= 2
    require: {humans: 1, senior: true, stages: [intent, implementation]}

  - id: two-stage.agent
    description: An agent made it, so another person agrees to the intent, and to what became of it
    paths: ["**"]
    when: provenance.level >= agent
    require: {humans: 1, stages: [intent, implementation]}

tests:
  - name: a routine change passes
    ${PEOPLE}
    ${OPEN}
    change: {paths: [src/a.ts], author: jun}
    expect: {result: allow}

  - name: before it is built, a dangerous one takes a senior for the intent
    ${PEOPLE}
    ${OPEN}
    change: {paths: [src/a.ts], author: jun, risk: {tier: high}}
    stage: intent
    expect: {result: pending, missing: [{rule: two-stage.dangerous, humans: 1, any_of: [sen, top]}]}

  - name: the intent alone does not land it
    ${PEOPLE}
    ${OPEN}
    change: {paths: [src/a.ts], author: jun, risk: {tier: high}}
    signoffs: [{by: sen, stage: intent}]
    expect: {result: pending, missing: [{rule: tiered.high, humans: 1, any_of: [sen, top]}]}

  - name: nor what was built alone
    ${PEOPLE}
    ${OPEN}
    change: {paths: [src/a.ts], author: jun, risk: {tier: high}}
    signoffs: [{by: sen}]
    expect: {result: pending, missing: [{rule: two-stage.dangerous, humans: 1, any_of: [sen, top]}]}

  - name: both do, and one person may give both
    ${PEOPLE}
    ${OPEN}
    change: {paths: [src/a.ts], author: jun, risk: {tier: high}}
    signoffs: [{by: sen, stage: intent}, {by: sen}]
    expect: {result: allow}

  - name: what an agent makes takes another person twice
    ${PEOPLE}
    ${OPEN}
    change: {paths: [src/a.ts], author: sen, provenance: {level: agent}}
    expect: {result: pending, missing: [{rule: two-stage.agent, humans: 1, any_of: [jun, mid, top]}, {rule: two-stage.agent, humans: 1, any_of: [jun, mid, top]}]}
`,
};
