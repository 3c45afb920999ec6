// One scenario: samples again and again.

/// What intervals are made for.
enum Quantity: String, CaseIterable {
  case plugIn = "plug-in"
  /// The plug-in value against what hold-outs leave of the reference.
  case heldOut = "held-out"
  case paired
  case independent
  case truth = "true"
}

/// Runs a scenario and returns the rows of its table, for some quantities.
///
/// The strings are the same, whichever quantities are asked for.
func rows(
  of scenario: Scenario, replicates: Int, _ quantities: [Quantity]
) -> [String] {
  let first = ScenarioSource(scenario, tilt: scenario.tilts.0, seed: 2)
  let second = ScenarioSource(scenario, tilt: scenario.tilts.1, seed: 3)
  let base = ScenarioSource(scenario, tilt: 0, seed: 4)
  var random = SimulationRandom(seed: 7)
  let referenceStrings = scenario.samples * scenario.references
  let fixed = base.reference(referenceStrings, &random)
  let references = scenario.orders.map {
    SimulatedNGrams(fixed, order: $0, symbols: scenario.symbols)
  }
  let groups =
    HoldOut.groups(heldOutDraws, of: scenario.samples, among: references[0].totals.strings) ?? []
  // What the interval is made against: one of the rests where much is held out.
  let rests = groups.first.flatMap { group in
    group.isMuch(of: referenceStrings) ? references.map { $0.limited(to: ~group.parts) } : nil
  }
  var tallies = scenario.orders.map { _ in Quantity.allCases.map { _ in Tally() } }
  for _ in 0..<replicates {
    let samples = first.strings(scenario.samples, &random)
    let others = second.strings(scenario.samples, &random)
    let pairs = paired(samples, others, scenario, &random)
    let fresh = base.reference(referenceStrings, &random)
    for (index, order) in scenario.orders.enumerated() {
      func counts(_ strings: SimulatedStrings) -> SimulatedNGrams {
        SimulatedNGrams(strings, order: order, symbols: scenario.symbols)
      }
      func add(_ quantity: Quantity, _ values: (Double, Double?, Double?, Double?)) {
        let place = Quantity.allCases.firstIndex(of: quantity) ?? 0
        tallies[index][place].add(values.0, values.1, values.2, values.3)
      }
      func wants(_ quantity: Quantity) -> Bool { quantities.contains(quantity) }
      let own = counts(samples)
      let a = own.walk(against: references[index]).deletions()
      let plugin = PluginInterval(of: a)
      add(.plugIn, (plugin.value, plugin.lower, plugin.upper, plugin.standardError))
      if !groups.isEmpty, wants(.heldOut) {
        let interval =
          rests.map { PluginInterval(of: own.walk(against: $0[index]).deletions()) } ?? plugin
        let moved = interval.moved(
          to: own.meanDivergence(from: references[index], withoutEachOf: groups))
        add(.heldOut, (moved.value, moved.lower, moved.upper, moved.standardError))
      }
      if wants(.paired) {
        let b = counts(pairs).walk(against: references[index]).deletions()
        let difference = ScoreDifference(paired: a, minus: b)
        add(.paired, difference.interval)
      }
      if wants(.independent) {
        let c = counts(others).walk(against: references[index]).deletions()
        let difference = ScoreDifference(independent: a, minus: c)
        add(.independent, difference.interval)
      }
      guard wants(.truth),
        let joint = own.walk(against: counts(fresh), deletingReference: true).jointDeletions()
      else { continue }
      let truth = TrueDivergence(of: joint)
      add(.truth, (truth.plugin, truth.lower, truth.upper, truth.standardError))
    }
  }
  return scenario.orders.enumerated().flatMap { index, order in
    quantities.map { quantity in
      let place = Quantity.allCases.firstIndex(of: quantity) ?? 0
      let truth =
        quantity == .truth ? first.divergence(from: base, order: order) ?? .nan : nil
      return tallies[index][place].row(scenario.name, quantity.rawValue, order, truth: truth)
    }
  }
}

/// Hold-outs behind a value, as `score` makes them.
private let heldOutDraws = 5

extension ScoreDifference {
  fileprivate var interval: (Double, Double?, Double?, Double?) {
    (value, lower, upper, standardError)
  }
}

extension SimulatedNGrams {
  /// The mean of JS-n against the reference without the parts of each group.
  fileprivate func meanDivergence(
    from reference: SimulatedNGrams, withoutEachOf groups: [HoldOut]
  ) -> Double {
    var sums = groups.map { group in
      let held = (0..<16).reduce(0) { sum, part in
        group.parts & 1 << UInt16(part) == 0 ? sum : sum + reference.totals.ngrams[part]
      }
      return JensenShannonSum(
        total: totals.allNGrams, otherTotal: reference.totals.allNGrams - held)
    }
    var place = 0
    for (key, count) in zip(keys, counts) {
      while place < reference.keys.count, reference.keys[place] < key { place += 1 }
      guard place < reference.keys.count, reference.keys[place] == key else { continue }
      let other = reference.counts[place]
      for (index, group) in groups.enumerated() {
        sums[index].add(count.total, other.limited(to: ~group.parts).total)
      }
    }
    return sums.reduce(0) { $0 + $1.bits } / Double(sums.count)
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
