import FoveaFoundation

extension PublicSet {
    /// The sets that are known by name. The sums are those of TensorFlow Datasets' `url_checksums`.
    package static let all = [
        PublicSet(
            name: "fashion-mnist", summary: "70,000 grey images of clothes, 28×28, 10 classes", licence: "MIT",
            page: "https://github.com/zalandoresearch/fashion-mnist",
            files: idx(
                at: "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
                trainingImages: (26_421_880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
                trainingLabels: (29_515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
                testImages: (4_422_102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
                testLabels: (5_148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5")),
            layout: .files),
        PublicSet(
            name: "mnist", summary: "70,000 grey handwritten digits, 28×28, 10 classes", licence: "CC BY-SA 3.0",
            page: "http://yann.lecun.com/exdb/mnist/",
            files: idx(
                at: "https://storage.googleapis.com/cvdf-datasets/mnist/",
                trainingImages: (9_912_422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
                trainingLabels: (28_881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
                testImages: (1_648_877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
                testLabels: (4_542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6")),
            layout: .files),
        PublicSet(
            name: "cifar10", summary: "60,000 photographs, 32×32, 10 classes (binary version)", licence: "not stated",
            page: "https://www.cs.toronto.edu/~kriz/cifar.html",
            files: [
                File(
                    url: "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz", byteCount: 170_052_171,
                    sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd")
            ], layout: .folder("cifar-10-batches-bin")),
        imagenette(
            160, byteCount: 98_948_031, sha256: "88daccb09b6fce93f45e6c09ddeb269cce705549e6bff322092a2a5a11489863"),
        imagenette(
            320, byteCount: 341_553_947, sha256: "5020a9130cea0348272823cb12d2db7e981c6f2afa3dce71ccd5b8013005c55e"),
        PublicSet(
            name: "flowers102", summary: "8,189 photographs of flowers, 102 classes", licence: "not stated",
            page: "https://www.robots.ox.ac.uk/~vgg/data/flowers/102/",
            files: [
                File(
                    url: "https://www.robots.ox.ac.uk/~vgg/data/flowers/102/102flowers.tgz", byteCount: 344_862_509,
                    sha256: "2d01ecc807db462958cfe3d92f57a8c252b4abd240eb955770201e45f783b246"),
                File(
                    url: "https://www.robots.ox.ac.uk/~vgg/data/flowers/102/imagelabels.mat", byteCount: 502,
                    sha256: "4903e94206bac23bf772aadf06451916df56b58fc483a62db32a97b82656651d"),
                File(
                    url: "https://www.robots.ox.ac.uk/~vgg/data/flowers/102/setid.mat", byteCount: 14_989,
                    sha256: "46b8678f91fd95d3c8f4feab80d271a6c834a1dd896fe29fd3e6ad9ce5c8dccd"),
            ],
            layout: .pictures(
                .matrices(labels: "imagelabels.mat", parts: "setid.mat", pictures: "jpg", classes: flowerNames))),
        PublicSet(
            name: "oxford-pets", summary: "7,349 photographs of cats and dogs, 37 breeds", licence: "CC BY-SA 4.0",
            page: "https://www.robots.ox.ac.uk/~vgg/data/pets/",
            files: [
                File(
                    url: "https://www.robots.ox.ac.uk/~vgg/data/pets/data/images.tar.gz", byteCount: 791_918_971,
                    sha256: "67195c5e1c01f1ab5f9b6a5d22b8c27a580d896ece458917e61d459337fa318d"),
                File(
                    url: "https://www.robots.ox.ac.uk/~vgg/data/pets/data/annotations.tar.gz", byteCount: 19_173_078,
                    sha256: "52425fb6de5c424942b7626b428656fcbd798db970a937df61750c0f1d358e91"),
            ],
            layout: .pictures(
                .texts(
                    training: "annotations/trainval.txt", test: "annotations/test.txt", pictures: "images"))),
        PublicSet(
            name: "food101", summary: "101,000 photographs of dishes, 101 classes", licence: "not stated",
            page: "https://data.vision.ee.ethz.ch/cvl/datasets_extra/food-101/",
            files: [
                File(
                    url: "http://data.vision.ee.ethz.ch/cvl/food-101.tar.gz", byteCount: 4_996_278_331,
                    sha256: "d97d15e438b7f4498f96086a4f7e2fa42a32f2712e87d3295441b2b6314053a4")
            ],
            layout: .pictures(
                .texts(
                    training: "food-101/meta/train.txt", test: "food-101/meta/test.txt", pictures: "food-101/images"))),
    ]

    private static func idx(
        at folder: String, trainingImages: (Int, String), trainingLabels: (Int, String), testImages: (Int, String),
        testLabels: (Int, String)
    ) -> [File] {
        [
            ("train-images-idx3-ubyte.gz", trainingImages), ("train-labels-idx1-ubyte.gz", trainingLabels),
            ("t10k-images-idx3-ubyte.gz", testImages), ("t10k-labels-idx1-ubyte.gz", testLabels),
        ].map { name, file in File(url: folder + name, byteCount: file.0, sha256: file.1) }
    }

    private static func imagenette(_ extent: Int, byteCount: Int, sha256: String) -> PublicSet {
        PublicSet(
            name: "imagenette-\(extent)",
            summary: "13,394 photographs of 10 ImageNet classes, shorter side \(extent)", licence: "Apache 2.0",
            page: "https://github.com/fastai/imagenette",
            files: [
                File(
                    url: "https://s3.amazonaws.com/fast-ai-imageclas/imagenette2-\(extent).tgz", byteCount: byteCount,
                    sha256: sha256)
            ], layout: .folder("imagenette2-\(extent)"))
    }

    /// The classes of Flowers-102 in the order of their numbers, as TensorFlow Datasets names them.
    private static let flowerNames = """
        pink primrose, hard-leaved pocket orchid, canterbury bells, sweet pea, english marigold, tiger lily, moon orchid, \
        bird of paradise, monkshood, globe thistle, snapdragon, colt's foot, king protea, spear thistle, yellow iris, \
        globe-flower, purple coneflower, peruvian lily, balloon flower, giant white arum lily, fire lily, \
        pincushion flower, fritillary, red ginger, grape hyacinth, corn poppy, prince of wales feathers, stemless gentian, \
        artichoke, sweet william, carnation, garden phlox, love in the mist, mexican aster, alpine sea holly, \
        ruby-lipped cattleya, cape flower, great masterwort, siam tulip, lenten rose, barbeton daisy, daffodil, sword lily, \
        poinsettia, bolero deep blue, wallflower, marigold, buttercup, oxeye daisy, common dandelion, petunia, wild pansy, \
        primula, sunflower, pelargonium, bishop of llandaff, gaura, geranium, orange dahlia, pink-yellow dahlia?, \
        cautleya spicata, japanese anemone, black-eyed susan, silverbush, californian poppy, osteospermum, spring crocus, \
        bearded iris, windflower, tree poppy, gazania, azalea, water lily, rose, thorn apple, morning glory, \
        passion flower, lotus, toad lily, anthurium, frangipani, clematis, hibiscus, columbine, desert-rose, tree mallow, \
        magnolia, cyclamen, watercress, canna lily, hippeastrum, bee balm, ball moss, foxglove, bougainvillea, camellia, \
        mallow, mexican petunia, bromelia, blanket flower, trumpet creeper, blackberry lily
        """.split(separator: ",").map(\.trimmed)
}
