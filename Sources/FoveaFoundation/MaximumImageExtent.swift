/// The largest number of rows or columns of an image that is decoded, or that a network is made for.
package let maximumImageExtent = 16384
