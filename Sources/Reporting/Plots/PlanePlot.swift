import Experiments
import GenerativeModels

/// Refinement in the plane as a picture of four panels: points before, points after, paths, and the field that
/// latents follow.
public enum PlanePlot {
  private static let side = 340.0
  private static let gap = 20.0
  private static let head = 24.0

  /// The picture as SVG.
  public static func document(_ picture: PlanePicture, problem: PlaneProblem) -> String {
    let flow =
      "\(picture.settings.divergence.name), \(picture.settings.steps) steps of \(picture.settings.stepSize)"
    var image = SVGImage(
      width: 2 * side + 3 * gap, height: 2 * (side + head) + 3 * gap,
      title: "Refinement of \(problem.rawValue) by \(flow)",
      description:
        "\(picture.base.count) generated points before and after \(flow), over real points; "
        + "paths of \(picture.paths.count) points; the drift on a grid of latents.")
    let extent = extent(picture.real)
    var panel = Panel(column: 0, row: 0, extent: extent)
    panel.open("generated (over real, grey)", in: &image)
    for point in picture.real { panel.dot(point, 0.8, .real, in: &image) }
    for point in picture.base { panel.dot(point, 1, .base, in: &image) }

    panel = Panel(column: 1, row: 0, extent: extent)
    panel.open("refined by \(flow)", in: &image)
    for point in picture.real { panel.dot(point, 0.8, .real, in: &image) }
    for point in picture.refined { panel.dot(point, 1, .refined, in: &image) }

    panel = Panel(column: 0, row: 1, extent: extent)
    panel.open("paths, from orange to blue", in: &image)
    for point in picture.real { panel.dot(point, 0.8, .real, in: &image) }
    for path in picture.paths {
      panel.line(path, in: &image)
      if let first = path.first { panel.dot(first, 2, .base, in: &image) }
      if let last = path.last { panel.dot(last, 2, .refined, in: &image) }
    }

    panel = Panel(column: 1, row: 1, extent: 3.2)
    panel.open("drift of latents (length: its square root)", in: &image)
    let longest = picture.field.map { length($0.drift) }.max() ?? 1
    for arrow in picture.field where longest > 0 {
      // Slopes differ by orders of magnitude: the root shows the small ones too.
      let size = (length(arrow.drift) / longest).squareRoot() * 0.24
      let scale = size / max(length(arrow.drift), .leastNormalMagnitude)
      let tip = PlanePlot.moved(arrow.latent, by: arrow.drift, scale)
      panel.line([arrow.latent, tip], in: &image)
      panel.dot(tip, 0.9, .refined, in: &image)
    }
    return image.document
  }

  /// A panel: a square of the plane around the origin.
  private struct Panel {
    let left: Double
    let top: Double
    let extent: Double

    init(column: Int, row: Int, extent: Double) {
      left = gap + Double(column) * (side + gap)
      top = gap + head + Double(row) * (side + gap + head)
      self.extent = extent
    }

    func open(_ title: String, in image: inout SVGImage) {
      image.text(title, left, top - 8)
      image.frame(left, top, side, side)
    }

    func dot(
      _ point: PlanePicture.Point, _ radius: Double, _ ink: SVGImage.Ink, in image: inout SVGImage
    ) {
      let place = place(point)
      guard (left...left + side).contains(place.x), (top...top + side).contains(place.y) else {
        return
      }
      image.dot(place.x, place.y, radius: radius, ink)
    }

    func line(_ points: [PlanePicture.Point], in image: inout SVGImage) {
      let places = points.map(place).map {
        (x: min(max($0.x, left), left + side), y: min(max($0.y, top), top + side))
      }
      image.line(places, width: 0.8, .path)
    }

    private func place(_ point: PlanePicture.Point) -> (x: Double, y: Double) {
      (
        left + side / 2 * (1 + Double(point.x) / extent),
        top + side / 2 * (1 - Double(point.y) / extent)
      )
    }
  }

  /// A tenth more than the farthest coordinate.
  private static func extent(_ points: [PlanePicture.Point]) -> Double {
    1.1 * Double(points.reduce(0.1) { max($0, abs($1.x), abs($1.y)) })
  }

  private static func length(_ point: PlanePicture.Point) -> Double {
    (Double(point.x) * Double(point.x) + Double(point.y) * Double(point.y)).squareRoot()
  }

  private static func moved(
    _ point: PlanePicture.Point, by step: PlanePicture.Point, _ scale: Double
  ) -> PlanePicture.Point {
    PlanePicture.Point(
      x: point.x + Float(scale) * step.x, y: point.y + Float(scale) * step.y)
  }
}
