// The table of one instruction set; the including file has defined TABLE and TABLE_NAME.

const dgflow_kernels TABLE = {
    .name = TABLE_NAME,
    .multiply_adds = multiply_adds,
    .product = product,
    .dots = dots,
    .add_row_sums = add_row_sums,
    .square_sum = square_sum,
    .rectify = rectify,
    .mask = mask,
    .add_scaled = add_scaled,
    .scale = scale_all,
    .interpolate = interpolate,
    .softmax = softmax,
    .softmax_derivative = softmax_derivative,
    .exponential = exponential,
    .argmax = argmax,
    .adam = adam,
    .average = average,
};
