import Testing

@testable import Tensors

@Suite("The loop of multiply-adds")
struct MultiplyAddTests {
  @Test(
    "does what it says on every instruction set: chains halve their distance to 2",
    arguments: Operations.availableInstructionSets)
  func chains(set: String) {
    Operations.forcing(instructionSet: set) {
      // Chains from 1, 2, … n with n = 12 or 16 have mean (n + 1) / 2 before the first step.
      let start = Operations.multiplyAdds(rounds: 0)
      #expect(start.count == 0)
      #expect([6.5, 8.5].contains(start.mean))
      // 1,536 multiply-adds over n chains of w lanes are 1536 / (n w) steps, at least 6.
      let once = Operations.multiplyAdds(rounds: 1)
      #expect(once.count == 1_536)
      let left = (once.mean - 2) / (start.mean - 2)
      #expect(left <= 1.0 / 64 && left >= 0)
      let often = Operations.multiplyAdds(rounds: 1_000)
      #expect(often.count == 1_536_000)
      #expect(often.mean == 2)
    }
  }

  @Test("the number of steps is that of the extents: avx512 takes 6 a round")
  func steps() {
    guard Operations.availableInstructionSets.contains("avx512") else { return }
    Operations.forcing(instructionSet: "avx512") {
      let start = Operations.multiplyAdds(rounds: 0).mean
      let once = Operations.multiplyAdds(rounds: 1).mean
      #expect(abs((once - 2) * 64 - (start - 2)) < 1e-4)
    }
  }
}
