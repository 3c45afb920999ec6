// `Reporting` lays results out for people: tables and plots, pages later. It may import
// `Experiments` and what stands below; it computes nothing that is not in the results.
