"""What the paper prints, read from it once more, apart from paper/tables.

Sums of its printed rows and columns, some rows in full, and which model makes which row.
"""

# Label, number of values, their sum.
ROWS = {
    "table1": """
        Market | 5 | 34175
        Duke | 5 | 37823
        CUHK03 | 5 | 14170
        MSMT | 5 | 133617
        Occluded-Duke | 5 | 36718
    """,
    "table2": """
        APN_0 | 9 | 752.8
        SE-ResNet | 9 | 774.8
        Stacked Attention (C) | 9 | 773.6
        APNet-C_1 | 9 | 778.6
        APNet-C_2 | 9 | 791.9
        APNet-C_3 | 9 | 789.6
        Stacked Attention (S) | 9 | 766.6
        APNet-S_1 | 9 | 765.9
        APNet-S_2 | 9 | 776.3
        APNet-S_3 | 9 | 776.3
    """,
    "table3": """
        APNet-C_0 | 1 | 6.23
        APNet-C_1 | 1 | 6.23
        APNet-C_2 | 1 | 6.24
        APNet-C_3 | 1 | 6.25
        SE-ResNet [55] | 1 | 6.24
        Pyramid ReID [26] | 1 | 9.96
        SCSN [57] | 1 | 7.24
    """,
    "table4": """
        PCB+RPP [2] | 10 | 736.8
        MGN [33] | 8 | 617.8
        VMP [67] | 6 | 519.5
        DG-Net [68] | 8 | 598.4
        BoT [31] | 4 | 343.2
        DSA [18] | 8 | 649.2
        Pyramid [26] | 9 | 759.8
        IANet [69] | 7 | 545.8
        OSNet [30] | 8 | 613.5
        SNR [70] | 4 | 336.4
        ISP [71] | 10 | 844.8
        CBN [72] | 6 | 523.2
        DPD [41] | 10 | 830.8
        DPD-101 [41] | 10 | 857.8
        CBDB-Net [73] | 8 | 644.0
        MG-CAM [74] | 6 | 323.8
        HA-CNN [9] | 8 | 476.9
        DuATM [35] | 6 | 501.7
        SPReID [19] | 3 | 274.7
        Mancs [75] | 9 | 688.6
        AAnet [23] | 4 | 335.4
        SCAL-S [6] | 10 | 830.7
        SCAL-C [6] | 10 | 833.8
        CAMA [76] | 7 | 544.7
        BAT-net [10] | 13 | 1067.0
        MHN [77] | 10 | 825.8
        ABD-Net [36] | 7 | 585.2
        LAG-Net [78] | 10 | 880.2
        SCSN [57] | 11 | 919.4
        RGA-SC [5] | 8 | 634.9
        *RGA-S [5] | 13 | 1071.4
        PISNet [79] | 4 | 350.2
        APNet-S | 13 | 1100.1
        APNet-C | 13 | 1129.1
    """,
    "table5": """
        ResNet50 | 3 | 281.4
        ResNet50 + APNet-C | 3 | 285.5
        ResNet101 | 3 | 283.4
        ResNet101 + APNet-C | 3 | 286.4
        Inception-V3 | 3 | 279.6
        Inception-V3 + APNet-C | 3 | 282.5
        DesNet169 | 3 | 282.8
        DesNet169 + APNet-C | 3 | 285.6
    """,
    "table6": """
        HA-CNN [9] | 4 | 171.7
        Adver Occluded [81] | 2 | 76.7
        PCB [2] | 4 | 200.5
        Part Bilinear [82] | 1 | 36.9
        FD-GAN [83] | 1 | 40.8
        DSR [84] | 4 | 194.6
        SFR [85] | 4 | 201.9
        Ad-Occluded [81] | 2 | 76.7
        PGFA [64] | 2 | 88.7
        HOReID [86] | 2 | 98.9
        APNet-C_1 | 4 | 243.2
        APNet-C_2 | 4 | 274.1
    """,
    "table7": """
        Baseline | 8 | 329.7
        SCAL-C | 4 | 120.5
        APNet-C_1 | 8 | 351.0
        APNet-C_2 | 8 | 377.9
        APNet-C_3 | 8 | 385.7
    """,
    "figure5": """
        1 | 0 | 0
        2 | 2 | 186.7
        4 | 0 | 0
        8 | 0 | 0
        16 | 0 | 0
        32 | 0 | 0
    """,
}

# Column and metrics; their sums in the same order.
COLUMNS = {
    "table1": """
        train: IDs 7023, images 85062
        test: IDs 5731, images 158644
        all: Cam 43
    """,
    "table2": """
        market1501: mAP 890.4, R-1 957.0, R-5 986.3
        dukemtmc: mAP 789.1, R-1 890.4, R-5 950.4
        msmt17: mAP 583.6, R-1 803.7, R-5 895.5
    """,
    "table3": "cost: GFLOPS 48.39",
    "table4": """
        market1501: mAP 2900.0, R-1 3211.2, R-5 1865.0
        dukemtmc: mAP 2269.1, R-1 2618.9, R-5 1320.8
        msmt17: mAP 603.8, R-1 867.4, R-5 708.2
        cuhk03-detected: mAP 1631.3, R-1 1717.3
        cuhk03-labeled: mAP 1510.8, R-1 1570.8
    """,
    "table5": "market1501: mAP 712.9, R-1 765.3, R-5 789.0",
    "table6": "occluded-dukemtmc: mAP 377.2, R-1 544.1, R-5 373.0, R-10 410.4",
    "table7": """
        market1501->dukemtmc: mAP 92.7, R-1 161.4, R-5 189.8, R-10 216.0
        dukemtmc->market1501: mAP 113.8, R-1 248.4, R-5 259.3, R-10 283.4
    """,
    "figure5": "market1501: mAP 90.5, R-1 96.2",
}

# Every row that has bold cells, and some others; `!` stands behind what is bold.
FULL = {
    "table1": "Occluded-Duke | 702 15618 519 19871 8",
    "table2": """
        APN_0 | 87.8 95.0 98.6 77.2 88.4 94.4 51.2 75.3 84.9
        APNet-C_2 | 90.5! 96.2! 98.8! 81.5! 90.4! 95.6 63.5! 83.7! 91.7!
        APNet-C_3 | 90.3 96.1 98.8! 81.3 90.2 95.8! 63.1 82.8 91.2
        APNet-S_1 | 88.0 95.7 98.5 77.5 88.8 94.7 55.8 78.2 88.7
        APNet-S_2 | 89.0 96.1! 98.7! 78.8! 89.3! 95.0! 58.9 80.8! 89.7
        APNet-S_3 | 89.3! 96.1! 98.6 78.8! 89.2 94.8 59.0! 80.7 89.8!
    """,
    "table3": "APNet-C_2 | 6.24",
    "table4": """
        PCB+RPP [2] | 81.6 93.8 97.5 69.2 83.3 - 40.4 68.2 81.6 57.5 63.7 - -
        MHN [77] | 85.0 95.1 98.1 77.2 89.1 94.6 - - - 65.4 71.7 72.4 77.2
        LAG-Net [78] | 89.5 95.6 98.3 81.6! 90.4! 96.0! - - - 79.1 82.2 82.4 85.1
        SCSN [57] | 88.5 95.7 - 79.0 90.1 - 58.0 83.0 91.2 80.2 84.1! 83.3 86.3!
        *RGA-S [5] | 88.0 95.7 98.5 77.5 88.8 94.7 55.8 78.2 88.7 72.7 78.1 75.6 79.1
        APNet-S | 89.0 96.1 98.7 78.8 89.3 95.0 59.0 80.8 89.8 78.1 80.9 81.1 83.5
        APNet-C | 90.5! 96.2! 98.8! 81.5 90.4! 95.6 63.5! 83.7! 91.7! 81.5! 83.0 85.3! 87.4!
    """,
    "table5": "DesNet169 + APNet-C | 90.5 96.2 98.9",
    "table6": """
        PCB [2] | 42.6 37.3 57.7 62.9
        APNet-C_1 | 46.6 53.9 68.6 74.1
        APNet-C_2 | 54.1! 62.2! 76.3! 81.5!
    """,
    "table7": """
        SCAL-C | 16.4 28.6 - - 23.8 51.7! - -
        APNet-C_2 | 21.3 35.9 50.1 56.9 24.0! 51.0 66.4 72.3
        APNet-C_3 | 22.8! 37.7! 52.4! 59.0! 23.7 50.9 66.6! 72.6!
    """,
    "figure5": "2 | 90.5 96.2",
}

PUBLICATIONS = {
    **{"CVPR'18": 4, "CVPR'19": 6, "CVPRW'19": 1, "CVPR'20": 4, "ICCV'19": 7, "ECCV'18": 2},
    **{"ECCV'20": 3, "ACMMM'18": 1, "TIP'20": 2, "TMM'20": 1, "TCSVT'21": 1, None: 2},
}
BACKBONES = {
    **{"ResNet-50": 27, "ResNet-101": 2, "ResNet-152": 1, "OSNet": 1},
    **{"HRNet-W32": 1, "HA-CNN": 1, "DenseNet": 1},
}

# One model a row, `-` for a row that is only quoted.
MODELS = {
    "table1": "- - - - -",
    "table2": """
        resnet50 resnet50-se resnet50-stacked-c3
        resnet50-apnet-c1 resnet50-apnet-c2 resnet50-apnet-c3
        resnet50-stacked-s3 resnet50-apnet-s1 resnet50-apnet-s2 resnet50-apnet-s3
    """,
    "table3": """
        resnet50 resnet50-apnet-c1 resnet50-apnet-c2 resnet50-apnet-c3 resnet50-se
        pyramid-resnet101 -
    """,
    "table4": f"{'- ' * 30} resnet50-apnet-s1 - resnet50-apnet-s2 resnet50-apnet-c2",
    "table5": """
        resnet50 resnet50-apnet-c2 resnet101 resnet101-apnet-c2
        inception_v3 inception_v3-apnet-c2 densenet169 densenet169-apnet-c2
    """,
    "table6": f"{'- ' * 10} resnet50-apnet-c1 resnet50-apnet-c2",
    "table7": "resnet50 - resnet50-apnet-c1 resnet50-apnet-c2 resnet50-apnet-c3",
    "figure5": """
        resnet50-apnet-c2-r1 resnet50-apnet-c2 resnet50-apnet-c2-r4
        resnet50-apnet-c2-r8 resnet50-apnet-c2-r16 resnet50-apnet-c2-r32
    """,
}

# Rows compared for bold, in the order of print; none where the paper sets no bold.
GROUPS = {
    "table1": [(None, 5)],
    "table2": [("channel", 6), ("spatial", 4)],
    "table3": [(None, 7)],
    "table4": [("all", 34)],
    "table5": [(None, 8)],
    "table6": [("all", 12)],
    "table7": [("all", 5)],
    "figure5": [(None, 6)],
}
