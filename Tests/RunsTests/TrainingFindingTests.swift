import GenerativeModels
import Testing

@testable import Runs

@Suite("What commonly goes wrong in training")
struct TrainingFindingTests {
  /// A healthy training: ten records, the even ones with scores.
  private func records(_ change: (inout TrainingRecord) -> Void = { _ in }) -> [TrainingRecord] {
    var records = (1...10).map { iteration in
      TrainingRecord(
        iteration: iteration, seconds: 1, criticLoss: -1, penalty: 0.01, slope: 1.05,
        wasserstein: 1.7, criticGradientNorm: 6, generatorGradientNorm: 8)
    }
    for index in records.indices where records[index].iteration.isMultiple(of: 2) {
      records[index].trainingGap = 1.7
      records[index].heldOutGap = 1.6
      records[index].sharpness = 0.9
      records[index].duplicateRate = 0.01
      records[index].realDuplicateRate = 0.02
      records[index].scores = [4, 6].map {
        .init(order: $0, value: 0.7, floor: 0.1, samples: 100, referenceStrings: 1000)
      }
    }
    change(&records[9])
    return records
  }

  private func findings(_ change: (inout TrainingRecord) -> Void) -> [TrainingFinding] {
    TrainingFinding.all(in: records(change))
  }

  @Test("nothing in a healthy training, nor in none")
  func healthy() {
    #expect(TrainingFinding.all(in: records()) == [])
    #expect(TrainingFinding.all(in: []) == [])
    #expect(TrainingFinding.all(in: Array(records().prefix(1))) == [])
  }

  @Test("each threshold, from both sides")
  func thresholds() {
    #expect(findings { $0.heldOutGap = 1.37 } == [])
    #expect(
      findings { $0.heldOutGap = 1.35 } == [.overfitting(training: 1.7, heldOut: 1.35)])
    // A critic that rates nothing above generated text overfits nothing.
    #expect(findings { ($0.trainingGap, $0.heldOutGap) = (-0.1, -0.5) } == [])
    #expect(findings { $0.slope = 2 } == [] && findings { $0.slope = 0.5 } == [])
    #expect(findings { $0.slope = 2.01 } == [.slope(2.01)])
    #expect(findings { $0.slope = 0.49 } == [.slope(0.49)])
    // The other forms of the penalty leave small slopes alone, and one the large ones.
    for (form, found) in [(PenaltyForm.oneSided, [TrainingFinding.slope(3)]), (.zeroCentred, [])] {
      #expect(TrainingFinding.all(in: records { $0.slope = 0.1 }, penaltyForm: form) == [])
      #expect(TrainingFinding.all(in: records { $0.slope = 3 }, penaltyForm: form) == found)
      let endless = TrainingFinding.all(in: records { $0.slope = .infinity }, penaltyForm: form)
      #expect(endless == [.slope(.infinity)])
    }
    #expect(findings { $0.criticGradientNorm = 60 } == [])
    #expect(
      findings { $0.criticGradientNorm = 61 }
        == [.gradients(network: "critic", norm: 61, median: 6)])
    #expect(
      findings { $0.generatorGradientNorm = 81 }
        == [.gradients(network: "generator", norm: 81, median: 8)])
    #expect(findings { $0.scores?[0].value = 0.749 } == [])
    #expect(
      findings { $0.scores?[1].value = 0.76 }
        == [.decline(order: 6, value: 0.76, least: 0.7, iteration: 2)])
    #expect(findings { $0.duplicateRate = 0.069 } == [])
    #expect(
      findings { $0.duplicateRate = 0.08 } == [.collapse(duplicateRate: 0.08, real: 0.02)])
    #expect(findings { $0.sharpness = 0.99 } == [])
    #expect(findings { $0.sharpness = 0.995 } == [.saturation(sharpness: 0.995)])
  }

  @Test("numbers that are not finite are found; what older records lack is not missed")
  func gaps() {
    #expect(findings { $0.criticGradientNorm = .infinity }.count == 1)
    #expect(findings { $0.slope = .nan }.count == 1)
    #expect(
      findings {
        $0.sharpness = nil
        $0.duplicateRate = nil
        $0.heldOutGap = nil
      } == [])
    #expect(findings { $0.scores = nil } == [])
  }
}
