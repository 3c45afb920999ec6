// The example of README.md, word for word from here on; `ReadmeTests` compares the two.

import DGflow

func refineAndScore(_ count: Int, run path: String, corpus: String) throws -> [ScoreRow] {
  let run = try Run(opening: path)
  let model = try TextModel(run)
  let ratio = try RatioChoice(kind: .raw)
    .ratio(of: model, calibration: nil, divergence: .kullbackLeibler, run: path)
  let base = TextSampler(generator: model.generator, codec: run.codec, seed: 1, threads: 2)
  let sampler = try RefinedSampler(base: base, ratio: ratio, settings: RefinementSettings())
  let text = run.codec.decode(try sampler.refine(0..<count).after)
  let reference = try ScoringReference(corpus: PreparedCorpus(opening: corpus), options: .init())
  return try reference.score(name: "refined", reference.codec.encode(text)).rows
}
