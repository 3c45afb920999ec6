import Determinism
import Files
import Foundation
import Tensors
import Testing

@testable import GenerativeModels

@Suite("Models of the plane")
struct PlaneTests {
  private func recipe(iterations: Int = 3) -> PlaneRecipe {
    var recipe = PlaneRecipe()
    recipe.width = 8
    recipe.batch = 10
    recipe.shards = 4
    recipe.criticIterations = 2
    recipe.iterations = iterations
    recipe.seed = 4
    return recipe
  }

  private let stream = RandomStream(seed: 5, name: "plane test")

  @Test("25 Gaussians: 25 modes at the published places, each with its deviation")
  func gaussians() {
    let problem = PlaneProblem.gaussians25
    let modes = problem.modes
    #expect(modes.count == 25 && Set(modes.map(\.x)).count == 5)
    #expect(abs((modes.map(\.x).max() ?? 0) - 4 / 2.828) < 1e-12)
    let count = 20_000
    let points = problem.points(count: count, from: stream)
    var members = [Int](repeating: 0, count: 25)
    var square = 0.0
    for index in 0..<count {
      let point = SIMD2(Double(points[2 * index]), Double(points[2 * index + 1]))
      let squares = modes.map { (($0 - point) * ($0 - point)).sum() }
      let nearest = squares.indices.min { squares[$0] < squares[$1] } ?? 0
      members[nearest] += 1
      square += squares[nearest]
    }
    // χ² with 24 degrees of freedom: 51.2 at one in a thousand.
    let expected = Double(count) / 25
    #expect(members.reduce(0) { $0 + pow(Double($1) - expected, 2) / expected } < 51.2)
    let variance = square / Double(2 * count)
    #expect(abs(variance / pow(0.05 / 2.828, 2) - 1) < 4 / Double(count).squareRoot())
  }

  @Test("the spiral: radius and angle move together, within the noise")
  func swissRoll() {
    let points = PlaneProblem.swissRoll.points(count: 5_000, from: stream)
    var residual = 0.0
    for index in 0..<5_000 {
      let point = SIMD2(Double(points[2 * index]), Double(points[2 * index + 1])) * 7.5
      let radius = (point * point).sum().squareRoot()
      // The radius is the angle t, up to whole turns.
      let turn = (radius - atan2(point.y, point.x)) / (2 * Double.pi)
      residual += pow((turn - turn.rounded()) * 2 * Double.pi, 2)
    }
    let deviation = (residual / 5_000).squareRoot()
    #expect((0.24...0.3).contains(deviation), "\(deviation)")
  }

  @Test("point i of a draw does not depend on how many are drawn", arguments: PlaneProblem.allCases)
  func prefixes(problem: PlaneProblem) {
    let many = problem.points(count: 20, from: stream, step: 3)
    #expect(problem.points(count: 7, from: stream, step: 3) == many.rows(0..<7))
    #expect(problem.points(count: 20, from: stream, step: 4) != many)
  }

  @Test("d's gradient in the latent is the slope of its values")
  func gradient() throws {
    let score = PlaneScore(PlaneNetworks(recipe()))
    let latents = Tensor(shape: [3, 2], values: [0.3, -0.7, 1.2, 0.1, -0.4, 0.9])
    let (values, gradients) = try score.evaluate(latents)
    #expect(values == (try score.values(latents)))
    #expect(values == score.values(points: score.points(latents)))
    let h: Float = 1e-3
    for index in 0..<6 {
      var (up, down) = (latents, latents)
      up[index] += h
      down[index] -= h
      let slope = (try score.values(up)[index / 2] - score.values(down)[index / 2]) / (2 * h)
      #expect(abs(slope - gradients[index]) < 2e-3 * max(1, abs(slope)), "\(slope)")
    }
  }

  @Test("training is the same bits on any number of threads, and changes both networks")
  func training() throws {
    func trained(_ threads: Int) throws -> PlaneNetworks {
      var training = try PlaneTraining(.gaussians25, recipe: recipe(), threads: threads)
      for _ in 0..<3 { try training.step() }
      return training.networks
    }
    let (one, three) = (try trained(1), try trained(3))
    #expect(one.generator.parameters == three.generator.parameters)
    #expect(one.critic.parameters == three.critic.parameters)
    let start = PlaneNetworks(recipe())
    #expect(one.generator.parameters != start.generator.parameters)
    #expect(one.critic.parameters != start.critic.parameters)
    #expect(
      start.critic.parameters.names == [
        "hidden1.weight", "hidden1.bias", "hidden2.weight", "hidden2.bias", "hidden3.weight",
        "hidden3.bias", "output.weight", "output.bias",
      ])
  }

  @Test("the critic learns to tell real points from generated ones")
  func learns() throws {
    var recipe = recipe()
    recipe.batch = 64
    recipe.width = 32
    recipe.criticIterations = 5
    recipe.rate = 1e-3
    var training = try PlaneTraining(.swissRoll, recipe: recipe, threads: 2)
    for _ in 0..<40 { try training.step() }
    let score = PlaneScore(training.networks)
    let real = score.values(points: PlaneProblem.swissRoll.points(count: 500, from: stream))
    var latents = Tensor(shape: [500, 2])
    TrainingDraws.fill(&latents, stream, step: 9)
    let generated = try score.values(latents)
    let (up, down) = (real.values.reduce(0, +) / 500, generated.values.reduce(0, +) / 500)
    #expect(up > down + 0.02, "\(up) \(down)")
  }

  @Test("a recipe that makes no sense is refused, naming the value")
  func refused() {
    var wrong = recipe()
    wrong.width = 0
    #expect(throws: Failure.self) {
      _ = try PlaneTraining(.swissRoll, recipe: wrong, threads: 1)
    }
    wrong = recipe()
    wrong.rate = .nan
    #expect(throws: Failure.self) {
      _ = try PlaneTraining(.swissRoll, recipe: wrong, threads: 1)
    }
  }

  @Test("networks come back from their file, and only those of the recipe")
  func files() throws {
    var training = try PlaneTraining(.gaussians25, recipe: recipe(), threads: 1)
    for _ in 0..<2 { try training.step() }
    try withFolder { folder in
      let file = folder + "/networks.safetensors"
      try training.networks.write(to: file, problem: .gaussians25, recipe: recipe())
      let read = try PlaneNetworks(contentsOf: file, problem: .gaussians25, recipe: recipe())
      #expect(read.generator.parameters == training.networks.generator.parameters)
      #expect(read.critic.parameters == training.networks.critic.parameters)
      var other = recipe()
      other.seed = 9
      for (problem, recipe) in [(PlaneProblem.swissRoll, recipe()), (.gaussians25, other)] {
        #expect(throws: Failure.self) {
          _ = try PlaneNetworks(contentsOf: file, problem: problem, recipe: recipe)
        }
      }
    }
  }

  @Test("a critic that is trained on tells real points from particles, the same for any threads")
  func continuation() throws {
    let start = PlaneNetworks(recipe())
    let particles = Tensor(shape: [2, 2], values: [1, 0, 0, 1])
    func continued(_ particles: Tensor?, threads: Int) throws -> ([Double], PlaneNetworks) {
      var settings = PlaneContinuation.Settings(seed: 3)
      settings.steps = 300
      settings.batch = 32
      var continuation = PlaneContinuation(
        of: start, problem: .gaussians25, particles: particles, settings: settings,
        threads: threads)
      let losses = try (0..<300).map { _ in try continuation.advance() }
      return (losses, continuation.networks)
    }
    let (losses, networks) = try continued(particles, threads: 1)
    let (again, same) = try continued(particles, threads: 3)
    #expect(losses == again && networks.critic.parameters == same.critic.parameters)
    #expect(networks.generator.parameters == start.generator.parameters)
    // Two points against a whole law are told from it.
    let last = losses.suffix(20).reduce(0, +) / 20
    #expect(last < 0.8, "\(last); 2 ln 2 is 1.386")
    let score = PlaneScore(networks)
    let values = try score.values(particles).values
    #expect(values.allSatisfy { $0 < 0 }, "\(values)")
    #expect(try continued(nil, threads: 1).0 != losses)
  }

  @Test("trained on by its own objective it approaches the distance of its problem")
  func converged() throws {
    let start = PlaneNetworks(recipe())
    func continued(threads: Int) throws -> ([Double], PlaneNetworks) {
      var settings = PlaneContinuation.Settings(.wasserstein, seed: 3)
      settings.steps = 200
      settings.batch = 32
      settings.rate = 1e-3
      var continuation = PlaneContinuation(
        of: start, problem: .gaussians25, settings: settings, threads: threads)
      let losses = try (0..<200).map { _ in try continuation.advance() }
      return (losses, continuation.networks)
    }
    let (losses, networks) = try continued(threads: 1)
    let (again, same) = try continued(threads: 2)
    #expect(losses == again && networks.critic.parameters == same.critic.parameters)
    #expect(networks.generator.parameters == start.generator.parameters)
    // mean D(fake) − mean D(real) falls to minus the distance.
    let (first, last) = (losses.prefix(20).reduce(0, +), losses.suffix(20).reduce(0, +))
    #expect(last < first - 1, "\(first / 20) to \(last / 20)")
  }
}
