// The umbrella: `import DGflow` brings everything that a program needs to load a run, refine, decode
// and score. It holds nothing of its own.

@_exported import Determinism
@_exported import Experiments
@_exported import Files
@_exported import GenerativeModels
@_exported import NGramScoring
@_exported import NeuralNetworks
@_exported import Refinement
@_exported import Runs
@_exported import Tensors
@_exported import TextCoding
