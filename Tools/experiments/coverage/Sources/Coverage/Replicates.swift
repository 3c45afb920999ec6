// One scenario: samples again and again.

/// Runs a scenario and returns the rows of its table.
func rows(of scenario: Scenario, replicates: Int) -> [String] {
  let first = ScenarioSource(scenario, tilt: scenario.tilts.0, seed: 2)
  let second = ScenarioSource(scenario, tilt: scenario.tilts.1, seed: 3)
  let base = ScenarioSource(scenario, tilt: 0, seed: 4)
  var random = SimulationRandom(seed: 7)
  let referenceStrings = scenario.samples * scenario.references
  let fixed = base.reference(referenceStrings, &random)
  let references = scenario.orders.map {
    SimulatedNGrams(fixed, order: $0, symbols: scenario.symbols)
  }
  let names = ["plug-in", "paired", "independent", "true"]
  var tallies = scenario.orders.map { _ in names.map { _ in Tally() } }
  for _ in 0..<replicates {
    let samples = first.strings(scenario.samples, &random)
    let others = second.strings(scenario.samples, &random)
    let pairs = paired(samples, others, scenario, &random)
    let fresh = base.reference(referenceStrings, &random)
    for (index, order) in scenario.orders.enumerated() {
      func counts(_ strings: SimulatedStrings) -> SimulatedNGrams {
        SimulatedNGrams(strings, order: order, symbols: scenario.symbols)
      }
      let own = counts(samples)
      let a = own.walk(against: references[index]).deletions()
      let b = counts(pairs).walk(against: references[index]).deletions()
      let c = counts(others).walk(against: references[index]).deletions()
      let plugin = PluginInterval(of: a)
      tallies[index][0].add(plugin.value, plugin.lower, plugin.upper, plugin.standardError)
      for (place, difference) in [
        (1, ScoreDifference(paired: a, minus: b)), (2, ScoreDifference(independent: a, minus: c)),
      ] {
        tallies[index][place].add(
          difference.value, difference.lower, difference.upper, difference.standardError)
      }
      guard
        let joint = own.walk(against: counts(fresh), deletingReference: true).jointDeletions()
      else { continue }
      let truth = TrueDivergence(of: joint)
      tallies[index][3].add(truth.plugin, truth.lower, truth.upper, truth.standardError)
    }
  }
  return scenario.orders.enumerated().flatMap { index, order in
    names.indices.map { place in
      let truth = place == 3 ? first.divergence(from: base, order: order) ?? .nan : nil
      return tallies[index][place].row(scenario.name, names[place], order, truth: truth)
    }
  }
}

/// Lines of the second set, each replaced by the first set's with the scenario's chance.
private func paired(
  _ first: SimulatedStrings, _ second: SimulatedStrings, _ scenario: Scenario,
  _ random: inout SimulationRandom
) -> SimulatedStrings {
  var result = second
  for row in stride(from: 0, to: first.count, by: scenario.windows)
  where random.uniform() < scenario.shared {
    let range = row * scenario.length..<(row + scenario.windows) * scenario.length
    result.tokens.replaceSubrange(range, with: first.tokens[range])
  }
  return result
}
