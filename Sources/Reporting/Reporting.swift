// `Reporting` lays results out for people: tables now, plots and pages later. It may import
// `Experiments` and what stands below; it computes nothing that is not in the results.
