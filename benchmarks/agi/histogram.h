/*
 * A histogram of nanoseconds with a bounded relative error.
 *
 * Theory: a value keeps its leading bit and the six bits below it (log-linear buckets, as HdrHistogram has them), so
 * a bucket is at most 1/64 of its value wide: 1.6 % at a microsecond as at a minute. Recording is a count of leading
 * zeros, a shift and an increment, cheap enough to be done for every command.
 */
#ifndef HISTOGRAM_H
#define HISTOGRAM_H

#include <stdint.h>

#define SUB_BITS 6
#define SUB_BUCKETS (1u << SUB_BITS)
#define BUCKETS ((64 - SUB_BITS + 1) * SUB_BUCKETS)

struct histogram {
    uint64_t count;
    uint64_t sum;
    uint64_t max;
    uint64_t bucket[BUCKETS];
};

static inline void record(struct histogram *histogram, uint64_t value)
{
    uint32_t index = (uint32_t)value;

    if (value >= SUB_BUCKETS) {
        uint32_t shift = 63u - (uint32_t)__builtin_clzll(value) - SUB_BITS;
        index = (shift + 1) * SUB_BUCKETS + (uint32_t)(value >> shift) - SUB_BUCKETS;
    }
    histogram->bucket[index]++;
    histogram->count++;
    histogram->sum += value;
    if (value > histogram->max)
        histogram->max = value;
}

/* The upper end of a bucket, so that a percentile is never told too low. */
static inline uint64_t upper_end(uint32_t index)
{
    uint32_t shift;

    if (index < SUB_BUCKETS)
        return index;
    shift = index / SUB_BUCKETS - 1;
    return (((uint64_t)(index % SUB_BUCKETS) + SUB_BUCKETS + 1) << shift) - 1;
}

/* The value that the share `quantile` of all values does not exceed; 0 where nothing was recorded. */
static inline uint64_t quantile(const struct histogram *histogram, double quantile)
{
    uint64_t wanted = (uint64_t)(quantile * (double)histogram->count + 0.999999);
    uint64_t seen = 0;

    for (uint32_t index = 0; index < BUCKETS; index++) {
        seen += histogram->bucket[index];
        if (seen >= wanted && seen > 0)
            return upper_end(index) < histogram->max ? upper_end(index) : histogram->max;
    }
    return histogram->max;
}

#endif
