import Foundation
import Testing

@testable import Reporting

@Suite("Pictures")
struct SVGImageTests {
  @Test("every element is closed, numbers have two decimals, words are escaped")
  func document() throws {
    var image = SVGImage(
      width: 100, height: 50, title: "a < b & \"c\"", description: "what > is shown")
    image.dot(1, 2.345, radius: 0.5, .real)
    image.line([(0, 0), (10.126, 20)], .path)
    image.frame(1, 1, 98, 48)
    image.text("<words>", 5, 10)
    let text = image.document
    #expect(text.contains("<title>a &lt; b &amp; &quot;c&quot;</title>"))
    #expect(text.contains("what &gt; is shown") && text.contains("&lt;words&gt;"))
    #expect(text.contains("points=\"0.00,0.00 10.13,20.00\""))
    #expect(text.contains("viewBox=\"0 0 100.00 50.00\"") && text.contains("role=\"img\""))
    var open: [Substring] = []
    for tag in text.split(separator: "<") {
      let body = tag.prefix { $0 != ">" }
      if body.hasPrefix("/") {
        #expect(open.popLast() == body.dropFirst())
      } else if !body.hasSuffix("/") {
        open.append(body.prefix { $0 != " " })
      }
    }
    #expect(open.isEmpty)
  }
}
